import RefluxCore

/// The transformer that all DeBERTas have; the generations differ in how attention's operands are made.
struct DebertaEncoder<Projections: DisentangledProjections>: Module {
  private var layers: [DebertaLayer<Projections>]
  private var positions: RelativeEmbedding?
  private var convolution: DebertaConvolution?

  init(
    _ scope: ParameterScope, _ common: EncoderConfiguration, _ deberta: DebertaConfiguration,
    _ projections: (ParameterScope) throws -> Projections
  ) throws {
    layers = try (0..<common.layers).map { index in
      let scope = scope["layer"]["\(index)"]
      return try DebertaLayer(scope, common, deberta, projections(scope["attention"]["self"]))
    }
    if deberta.isRelative {
      positions = try RelativeEmbedding(
        scope, deberta.positions, width: common.hiddenSize, norm: deberta.normalisesPositions ? common.epsilon : nil,
        deviation: common.initializerRange)
    }
    convolution = try deberta.convolution.map { try DebertaConvolution(scope["conv"], $0, common) }
  }

  mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("layer", &layers)
    positions?.visit(&visitor)
    visitor.visit("conv", &convolution)
  }

  func callAsFunction(_ embedded: Tensor, _ rows: PackedRows, _ pass: inout ForwardPass) -> EncoderStates {
    var states = EncoderStates(embedded, rows, pass.wants)
    let batch = positions?(rows)
    states.apply(layers.indices) { index, x, readTokensOnly in
      let layer = layers[index]
      // The convolution joins the first layer and reads every token.
      guard index == 0, let convolution else { return layer(x, batch, rows, readTokensOnly: readTokensOnly, &pass) }
      let whole = convolution(embedded, layer(x, batch, rows, readTokensOnly: false, &pass), rows, &pass)
      return readTokensOnly ? whole.rows(rows.readTokens) : whole
    }
    return states
  }
}

/// A post-norm transformer layer whose attention keeps content and relative position apart.
struct DebertaLayer<Projections: DisentangledProjections>: Module {
  private var attention: DisentangledAttention<Projections>
  private var block: PostNormBlock

  init(
    _ scope: ParameterScope, _ common: EncoderConfiguration, _ deberta: DebertaConfiguration, _ projections: Projections
  ) throws {
    attention = DisentangledAttention(
      projections,
      .init(
        heads: common.heads, scale: deberta.scale(headSize: common.hiddenSize / common.heads),
        dropout: common.attentionDropout, positionDropout: common.hiddenDropout))
    block = try PostNormBlock(scope, common.layerShape, names: .bert)
  }

  mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("attention.self", &attention)
    block.visit(&visitor)
  }

  func callAsFunction(
    _ x: Tensor, _ positions: BatchPositions?, _ rows: PackedRows, readTokensOnly: Bool, _ pass: inout ForwardPass
  ) -> Tensor {
    block(attention.mixed(x, positions, rows, &pass), x, rows, readTokensOnly: readTokensOnly, &pass)
  }
}

/// A convolution over the embeddings, added to what the first layer makes of them (DeBERTa-v2 xlarge and xxlarge).
struct DebertaConvolution: Module {
  private var convolution: PackedConvolution
  private var norm: LayerNorm
  private let activation: Activation
  private let dropout: Float

  init(_ scope: ParameterScope, _ shape: DebertaConfiguration.Convolution, _ common: EncoderConfiguration) throws {
    convolution = try PackedConvolution(
      scope["conv"], width: common.hiddenSize, taps: shape.taps, groups: shape.groups,
      deviation: common.initializerRange)
    norm = try LayerNorm(scope["LayerNorm"], width: common.hiddenSize, epsilon: common.epsilon)
    (activation, dropout) = (shape.activation, common.hiddenDropout)
  }

  mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("conv", &convolution)
    visitor.visit("LayerNorm", &norm)
  }

  /// From the embeddings and the first layer's result: `[tokens, hidden]`.
  func callAsFunction(
    _ embedded: Tensor, _ first: Tensor, _ rows: PackedRows, _ pass: inout ForwardPass
  ) -> Tensor {
    let local = convolution(embedded, rows.offsets).dropout(pass.dropout(dropout), counters: rows.counters)
    return norm(local.activated(activation), bias: nil, residual: first, dropout: nil, counters: rows.counters)
  }
}
