import RefluxTensor

/// What a post-norm transformer layer does with the values that attention has mixed: output projection and feed-forward,
/// each followed by dropout, a residual and a LayerNorm.
public struct PostNormBlock: Module {
  public var attentionOutput: Linear
  public var attentionNorm: LayerNorm
  public var feedForward: FeedForward
  public var outputNorm: LayerNorm
  /// Rates behind attention and behind the feed-forward layer.
  public let dropout: (attention: Float, feedForward: Float)
  private let names: Names

  /// What a checkpoint calls the parts.
  public struct Names: Sendable {
    public var attentionOutput, attentionNorm, up, down, outputNorm: String
    public init(attentionOutput: String, attentionNorm: String, up: String, down: String, outputNorm: String) {
      (self.attentionOutput, self.attentionNorm) = (attentionOutput, attentionNorm)
      (self.up, self.down, self.outputNorm) = (up, down, outputNorm)
    }

    /// BERT, RoBERTa and DeBERTa.
    public static let bert = Names(
      attentionOutput: "attention.output.dense", attentionNorm: "attention.output.LayerNorm",
      up: "intermediate.dense", down: "output.dense", outputNorm: "output.LayerNorm")

    public static let albert = Names(
      attentionOutput: "attention.dense", attentionNorm: "attention.LayerNorm", up: "ffn", down: "ffn_output",
      outputNorm: "full_layer_layer_norm")
  }

  public init(_ scope: ParameterScope, _ shape: TransformerLayer.Shape, names: Names) throws {
    let (hidden, intermediate) = (shape.hiddenSize, shape.intermediateSize)
    func linear(_ name: String, _ inputs: Int, _ outputs: Int) throws -> Linear {
      try Linear(scope[name], inputs: inputs, outputs: outputs, deviation: shape.deviation)
    }
    attentionOutput = try linear(names.attentionOutput, hidden, hidden)
    attentionNorm = try LayerNorm(scope[names.attentionNorm], width: hidden, epsilon: shape.epsilon)
    feedForward = FeedForward(
      up: try linear(names.up, hidden, intermediate), down: try linear(names.down, intermediate, hidden),
      activation: shape.activation)
    outputNorm = try LayerNorm(scope[names.outputNorm], width: hidden, epsilon: shape.epsilon)
    (dropout, self.names) = ((shape.hiddenDropout, shape.feedForwardDropout), names)
  }

  public mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit(names.attentionOutput, &attentionOutput)
    visitor.visit(names.attentionNorm, &attentionNorm)
    visitor.visit(names.up, &feedForward.up)
    visitor.visit(names.down, &feedForward.down)
    visitor.visit(names.outputNorm, &outputNorm)
  }

  /// The layer's result for all tokens, or, for the last layer, only for the rows' first ones.
  ///
  /// Nothing reads the other tokens of the last layer when a pooler follows: attention still sees them, but the output
  /// projection and the feed-forward layer, three quarters of the work, run on the first tokens alone. Dropout depends
  /// on the token, so the result is the same.
  ///
  /// `mixed` and `x`, the layer's input, are `[tokens, hidden]`; the result is `[tokens, hidden]`, or `[rows, hidden]`
  /// with `readTokensOnly`.
  public func callAsFunction(
    _ mixed: Tensor, _ x: Tensor, _ rows: PackedRows, readTokensOnly: Bool, _ pass: inout some DropoutSites
  ) -> Tensor {
    var (mixed, residual, counters) = (mixed, x, rows.counters)
    if readTokensOnly {
      (mixed, residual) = (mixed.rows(rows.readTokens), residual.rows(rows.readTokens))
      counters = rows.readCounters
    }
    let attended = attentionNorm(
      attentionOutput.product(mixed), bias: attentionOutput.bias, residual: residual,
      dropout: pass.dropout(dropout.attention), counters: counters)
    return outputNorm(
      feedForward.product(attended), bias: feedForward.down.bias, residual: attended,
      dropout: pass.dropout(dropout.feedForward), counters: counters)
  }
}
