import RefluxTensor

/// A post-norm transformer layer: attention and feed-forward, each followed by dropout, a residual and a LayerNorm.
///
/// BERT, RoBERTa, ALBERT and DistilBERT differ here only in what their checkpoints call the parts, and in dropout.
public struct TransformerLayer: Module {
  public var attention: SelfAttention
  public var block: PostNormBlock
  private let names: Names

  /// What a checkpoint calls the parts of a layer.
  public struct Names: Sendable {
    public var query, key, value: String
    public var block: PostNormBlock.Names
    public init(query: String, key: String, value: String, block: PostNormBlock.Names) {
      (self.query, self.key, self.value, self.block) = (query, key, value, block)
    }

    /// BERT and RoBERTa.
    public static let bert = Names(
      query: "attention.self.query", key: "attention.self.key", value: "attention.self.value", block: .bert)

    public static let albert = Names(
      query: "attention.query", key: "attention.key", value: "attention.value", block: .albert)
  }

  /// The sizes and rates of a layer.
  public struct Shape: Sendable {
    public var hiddenSize, heads, intermediateSize: Int
    public var activation: Activation
    public var attentionDropout, epsilon, deviation: Float
    /// Dropout behind attention: the hidden dropout, except in DistilBERT, which has none there.
    public var hiddenDropout: Float
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
    func linear(_ name: String) throws -> Linear {
      try Linear(scope[name], inputs: shape.hiddenSize, outputs: shape.hiddenSize, deviation: shape.deviation)
    }
    attention = SelfAttention(
      query: try linear(names.query), key: try linear(names.key), value: try linear(names.value), heads: shape.heads,
      dropout: shape.attentionDropout)
    block = try PostNormBlock(scope, shape, names: names.block)
    self.names = names
  }

  public mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit(names.query, &attention.query)
    visitor.visit(names.key, &attention.key)
    visitor.visit(names.value, &attention.value)
    block.visit(&visitor)
  }

  /// One layer over all tokens, or, for the last one, only as far as the rows' first tokens need it.
  ///
  /// `x` is `[tokens, hidden]`; the result is `[tokens, hidden]`, or `[rows, hidden]` with `readTokensOnly`.
  public func callAsFunction(
    _ x: Tensor, _ rows: PackedRows, readTokensOnly: Bool = false, _ pass: inout some DropoutSites
  ) -> Tensor {
    block(attention.mixed(x, rows, &pass), x, rows, readTokensOnly: readTokensOnly, &pass)
  }
}
