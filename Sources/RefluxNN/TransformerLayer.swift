import RefluxTensor

/// A post-norm transformer layer: attention and feed-forward, each followed by dropout, a residual and a LayerNorm.
///
/// BERT, RoBERTa and ALBERT differ here only in what their checkpoints call the parts.
public struct TransformerLayer: Module {
  public var attention: SelfAttention
  public var attentionNorm: LayerNorm
  public var feedForward: FeedForward
  public var outputNorm: LayerNorm
  /// Rates behind attention and behind the feed-forward layer.
  public let dropout: (attention: Float, feedForward: Float)
  private let names: Names

  /// What a checkpoint calls the parts of a layer.
  public struct Names: Sendable {
    public var query, key, value, attentionOutput, attentionNorm, up, down, outputNorm: String
    public init(
      query: String, key: String, value: String, attentionOutput: String, attentionNorm: String, up: String,
      down: String, outputNorm: String
    ) {
      (self.query, self.key, self.value) = (query, key, value)
      (self.attentionOutput, self.attentionNorm) = (attentionOutput, attentionNorm)
      (self.up, self.down, self.outputNorm) = (up, down, outputNorm)
    }

    /// BERT and RoBERTa.
    public static let bert = Names(
      query: "attention.self.query", key: "attention.self.key", value: "attention.self.value",
      attentionOutput: "attention.output.dense", attentionNorm: "attention.output.LayerNorm",
      up: "intermediate.dense", down: "output.dense", outputNorm: "output.LayerNorm")

    public static let albert = Names(
      query: "attention.query", key: "attention.key", value: "attention.value", attentionOutput: "attention.dense",
      attentionNorm: "attention.LayerNorm", up: "ffn", down: "ffn_output", outputNorm: "full_layer_layer_norm")
  }

  /// The sizes and rates of a layer.
  public struct Shape: Sendable {
    public var hiddenSize, heads, intermediateSize: Int
    public var activation: Activation
    public var hiddenDropout, attentionDropout, epsilon, deviation: Float
    /// Dropout behind the feed-forward layer: the hidden dropout, except in ALBERT, which has none there.
    public var feedForwardDropout: Float
    public init(
      hiddenSize: Int, heads: Int, intermediateSize: Int, activation: Activation, hiddenDropout: Float,
      attentionDropout: Float, epsilon: Float, deviation: Float
    ) {
      (self.hiddenSize, self.heads, self.intermediateSize) = (hiddenSize, heads, intermediateSize)
      (self.activation, self.epsilon, self.deviation) = (activation, epsilon, deviation)
      (self.hiddenDropout, self.attentionDropout) = (hiddenDropout, attentionDropout)
      feedForwardDropout = hiddenDropout
    }
  }

  public init(_ scope: ParameterScope, _ shape: Shape, names: Names) throws {
    let (hidden, intermediate) = (shape.hiddenSize, shape.intermediateSize)
    func linear(_ name: String, _ inputs: Int, _ outputs: Int) throws -> Linear {
      try Linear(scope[name], inputs: inputs, outputs: outputs, deviation: shape.deviation)
    }
    attention = SelfAttention(
      query: try linear(names.query, hidden, hidden), key: try linear(names.key, hidden, hidden),
      value: try linear(names.value, hidden, hidden), output: try linear(names.attentionOutput, hidden, hidden),
      heads: shape.heads, dropout: shape.attentionDropout)
    attentionNorm = try LayerNorm(scope[names.attentionNorm], width: hidden, epsilon: shape.epsilon)
    feedForward = FeedForward(
      up: try linear(names.up, hidden, intermediate), down: try linear(names.down, intermediate, hidden),
      activation: shape.activation)
    outputNorm = try LayerNorm(scope[names.outputNorm], width: hidden, epsilon: shape.epsilon)
    (dropout, self.names) = ((shape.hiddenDropout, shape.feedForwardDropout), names)
  }

  public mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit(names.query, &attention.query)
    visitor.visit(names.key, &attention.key)
    visitor.visit(names.value, &attention.value)
    visitor.visit(names.attentionOutput, &attention.output)
    visitor.visit(names.attentionNorm, &attentionNorm)
    visitor.visit(names.up, &feedForward.up)
    visitor.visit(names.down, &feedForward.down)
    visitor.visit(names.outputNorm, &outputNorm)
  }

  /// One layer over all tokens, or, for the last one, only as far as the rows' first tokens need it.
  ///
  /// Nothing reads the other tokens of the last layer when a pooler follows: attention still sees them, but the output
  /// projection and the feed-forward layer, three quarters of the work, run on the first tokens alone. Dropout depends
  /// on the token, so the result is the same.
  ///
  /// `x` is `[tokens, hidden]`; the result is `[tokens, hidden]`, or `[rows, hidden]` with `firstTokensOnly`.
  public func callAsFunction(
    _ x: Tensor, _ rows: PackedRows, firstTokensOnly: Bool = false, _ pass: inout some DropoutSites
  ) -> Tensor {
    var (mixed, residual, counters) = (attention.mixed(x, rows, &pass), x, rows.counters)
    if firstTokensOnly {
      (mixed, residual) = (mixed.rows(rows.firstTokens), residual.rows(rows.firstTokens))
      counters = rows.firstCounters
    }
    let attended = attentionNorm(
      attention.output.product(mixed), bias: attention.output.bias, residual: residual,
      dropout: pass.dropout(dropout.attention), counters: counters)
    return outputNorm(
      feedForward.product(attended), bias: feedForward.down.bias, residual: attended,
      dropout: pass.dropout(dropout.feedForward), counters: counters)
  }
}
