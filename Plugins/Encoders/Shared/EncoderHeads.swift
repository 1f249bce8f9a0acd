import RefluxCore

extension Pooler {
  /// As wide as the hidden states.
  init(
    _ scope: ParameterScope, _ configuration: EncoderConfiguration, activation: Activation = .tanh,
    dropout: Float? = nil
  ) throws {
    try self.init(
      scope, width: configuration.hiddenSize, activation: activation, dropout: dropout,
      deviation: configuration.initializerRange)
  }
}

extension ClassificationHead {
  /// One output for each label.
  init(_ scope: ParameterScope, _ configuration: EncoderConfiguration) throws {
    try self.init(
      scope, width: configuration.hiddenSize, outputs: configuration.labels.count,
      dropout: configuration.dropoutBeforeHead, deviation: configuration.initializerRange)
  }
}
