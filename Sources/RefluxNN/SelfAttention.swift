import RefluxTensor

/// Multi-head attention of each row of a packed batch to itself (Vaswani et al., 2017).
public struct SelfAttention {
  public var query: Linear, key: Linear, value: Linear
  public let heads: Int
  public let dropout: Float

  public init(query: Linear, key: Linear, value: Linear, heads: Int, dropout: Float) {
    (self.query, self.key, self.value) = (query, key, value)
    (self.heads, self.dropout) = (heads, dropout)
  }

  /// The values each token attends to, before the output projection: `[tokens, hidden]`.
  public func mixed(_ x: Tensor, _ rows: PackedRows, _ pass: inout some DropoutSites) -> Tensor {
    let headSize = query.weight.shape[0] / heads
    let shape = AttentionShape(rows: rows.offsets, heads: heads, scale: 1 / Float(headSize).squareRoot())
    let site = pass.dropout(dropout)
    return Tensor.attention(
      query: query(x), key: key(x), value: value(x), shape, dropout: site.map { ($0, counters: rows.counters) })
  }
}
