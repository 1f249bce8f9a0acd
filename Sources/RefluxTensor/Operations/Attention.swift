extension Tensor {
  /// Softmax attention within each row of a packed batch.
  ///
  /// Keeps its inputs, its result and one number per query and head; the probabilities are made again.
  /// `query` and the result are `[tokens, heads · size]`, `key` and `value` `[tokens, keyValueHeads · size]`. `dropout`
  /// says what is dropped of the probabilities, with one int32 counter for each token.
  public static func attention(
    query: Tensor, key: Tensor, value: Tensor, _ shape: AttentionShape, dropout: (Dropout, counters: Tensor)? = nil
  ) -> Tensor {
    let tokens = shape.rows.tokenCount
    precondition(
      query.rank == 2 && query.shape[0] == tokens && query.shape[1].isMultiple(of: shape.heads)
        && shape.heads.isMultiple(of: shape.keyValueHeads) && key.shape == value.shape
        && key.shape == [tokens, query.shape[1] / shape.heads * shape.keyValueHeads],
      "attention: query \(query.shape), key \(key.shape) and value \(value.shape) for \(tokens) tokens, "
        + "\(shape.heads) heads and \(shape.keyValueHeads) key heads")
    let (q, k) = matched("attention", query, key)
    let v = matched("attention", q, value).1
    let dropout = dropout.flatMap { $0.0.rate > 0 ? ($0.0, counters: $0.counters.on(q.backend)) : nil }
    let backend = q.backend
    let out = backend.scratch(q.shape, q.dtype), logSums = backend.scratch([shape.heads, tokens], q.dtype)
    backend.attention(q.dense, k.dense, v.dense, shape, dropout: dropout.views, logSums: logSums, into: out)
    return .record("attention", [q, k, v], out, keepsOutput: true) { back in
      let (q, k, v) = (back.saved(q), back.saved(k), back.saved(v))
      if back.createGraph {
        return back.composed([q, k, v]) {
          Composed.attention($0[0], $0[1], $0[2], shape, dropout: dropout.map { ($0.0, $0.counters.ids) }).result
        }
      }
      let parts = [q, k, v].map { backend.scratch($0.shape, $0.dtype) }
      backend.attentionBackward(
        q.dense, k.dense, v.dense, back.output.view, logSums: logSums, shape, dropout: dropout.views,
        back.gradient.dense, queryGradient: parts[0], keyGradient: parts[1], valueGradient: parts[2])
      for (index, part) in parts.enumerated() { back.to(index) { Tensor(part) } }
    }
  }
}
