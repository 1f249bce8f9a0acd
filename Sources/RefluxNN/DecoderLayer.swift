import RefluxTensor

/// What every layer of a decoder needs to know of a packed batch.
public struct DecoderRows {
  public let rows: PackedRows
  public let rotation: TokenRotation
  /// Keys and values of tokens before these, when text is generated.
  public let cache: KeyValueCache?
  public init(_ rows: PackedRows, _ rotation: TokenRotation, cache: KeyValueCache? = nil) {
    (self.rows, self.rotation, self.cache) = (rows, rotation, cache)
  }
}

/// A pre-norm decoder layer: attention, then a gated feed-forward layer, each added to what came in.
public struct DecoderLayer: Module {
  public var attention: CausalSelfAttention
  public var feedForward: GatedFeedForward
  public var attentionNorm: RMSNorm, feedForwardNorm: RMSNorm
  private let dropout: Float
  private let number: Int

  public init(_ scope: ParameterScope, _ shape: DecoderShape, number: Int) throws {
    attention = try CausalSelfAttention(scope["self_attn"], shape)
    feedForward = try GatedFeedForward(scope["mlp"], shape)
    attentionNorm = try RMSNorm(scope["input_layernorm"], width: shape.hiddenSize, epsilon: shape.epsilon)
    feedForwardNorm = try RMSNorm(scope["post_attention_layernorm"], width: shape.hiddenSize, epsilon: shape.epsilon)
    (dropout, self.number) = (shape.attentionDropout, number)
  }

  public mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("self_attn", &attention)
    visitor.visit("mlp", &feedForward)
    visitor.visit("input_layernorm", &attentionNorm)
    visitor.visit("post_attention_layernorm", &feedForwardNorm)
  }

  /// `[tokens, hidden]` to `[tokens, hidden]`, or to `[read, hidden]` with `readTokensOnly`, which is for the last layer:
  /// what follows attention, four fifths of the work, is done for the tokens whose states are read.
  ///
  /// With `recomputes`, nothing inside is kept for the backward pass.
  public func callAsFunction(
    _ x: Tensor, _ batch: DecoderRows, readTokensOnly: Bool = false, recomputes: Bool = false,
    _ pass: inout some DropoutSites
  ) -> Tensor {
    let site = pass.dropout(dropout)
    guard recomputes else { return applied(x, batch, readTokensOnly, site) }
    return recomputing(self, x) { layer, x in layer.applied(x, batch, readTokensOnly, site) }
  }

  private func applied(_ x: Tensor, _ batch: DecoderRows, _ readTokensOnly: Bool, _ site: Dropout?) -> Tensor {
    let residual = readTokensOnly ? x.rows(batch.rows.readTokens) : x
    let middle =
      residual
      + attention(attentionNorm(x), batch, layer: number, readTokensOnly: readTokensOnly, dropout: site)
    return middle + feedForward(feedForwardNorm(middle))
  }
}

/// The sizes and rates of a decoder's layers.
public struct DecoderShape: Sendable {
  public var hiddenSize, heads, keyValueHeads, headSize, intermediateSize: Int
  public var activation: Activation
  public var attentionBias, feedForwardBias: Bool
  public var attentionDropout, epsilon, deviation: Float
  public init(
    hiddenSize: Int, heads: Int, keyValueHeads: Int, headSize: Int, intermediateSize: Int, activation: Activation,
    attentionBias: Bool, feedForwardBias: Bool, attentionDropout: Float, epsilon: Float, deviation: Float
  ) {
    (self.hiddenSize, self.heads, self.keyValueHeads) = (hiddenSize, heads, keyValueHeads)
    (self.headSize, self.intermediateSize, self.activation) = (headSize, intermediateSize, activation)
    (self.attentionBias, self.feedForwardBias) = (attentionBias, feedForwardBias)
    (self.attentionDropout, self.epsilon, self.deviation) = (attentionDropout, epsilon, deviation)
  }
}
