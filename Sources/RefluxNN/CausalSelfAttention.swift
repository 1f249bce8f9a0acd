import RefluxTensor

/// Causal attention with rotary positions, in which several query heads may share a key head (Ainslie et al., 2023).
public struct CausalSelfAttention: Module {
  public var query: Linear, key: Linear, value: Linear, output: Linear
  private let shape: DecoderShape

  public init(_ scope: ParameterScope, _ shape: DecoderShape) throws {
    func linear(_ name: String, _ inputs: Int, _ outputs: Int) throws -> Linear {
      try Linear(
        scope[name], inputs: inputs, outputs: outputs, hasBias: shape.attentionBias, deviation: shape.deviation)
    }
    let (wide, narrow) = (shape.heads * shape.headSize, shape.keyValueHeads * shape.headSize)
    query = try linear("q_proj", shape.hiddenSize, wide)
    key = try linear("k_proj", shape.hiddenSize, narrow)
    value = try linear("v_proj", shape.hiddenSize, narrow)
    output = try linear("o_proj", wide, shape.hiddenSize)
    self.shape = shape
  }

  public mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("q_proj", &query)
    visitor.visit("k_proj", &key)
    visitor.visit("v_proj", &value)
    visitor.visit("o_proj", &output)
  }

  /// `[tokens, hidden]` to `[tokens, hidden]`, or to `[read, hidden]` with `readTokensOnly`.
  func callAsFunction(
    _ x: Tensor, _ batch: DecoderRows, layer: Int, readTokensOnly: Bool, dropout: Dropout?
  ) -> Tensor {
    var attention = AttentionShape(
      rows: batch.rows.offsets, heads: shape.heads, keyValueHeads: shape.keyValueHeads,
      scale: 1 / Float(shape.headSize).squareRoot(), isCausal: true)
    let queries = batch.rotation(query(x))
    var (keys, values) = (batch.rotation(key(x)), value(x))
    if let cache = batch.cache {
      let held = cache.adding(keys, values, of: batch.rows.offsets, toLayer: layer)
      (keys, values, attention.keys) = (held.keys, held.values, held.places)
    }
    let mixed = Tensor.attention(
      query: queries, key: keys, value: values, attention,
      dropout: dropout.map { ($0, counters: batch.rows.counters) })
    return output(readTokensOnly ? mixed.rows(batch.rows.readTokens) : mixed)
  }
}
