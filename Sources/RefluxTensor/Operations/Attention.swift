extension Tensor {
  /// Softmax attention within each row of a packed batch.
  ///
  /// Keeps its inputs, its result and one number per query and head; the probabilities are made again.
  /// `query` and the result are `[tokens, heads · size]`, `key` and `value` `[tokens, keyValueHeads · size]`; `relative`
  /// adds terms of relative positions to the scores. `dropout` says what is dropped of the probabilities, with one int32
  /// counter for each token.
  public static func attention(
    query: Tensor, key: Tensor, value: Tensor, relative: RelativeVectors<Tensor> = RelativeVectors(),
    _ shape: AttentionShape, dropout: (Dropout, counters: Tensor)? = nil
  ) -> Tensor {
    check(query, key, value, relative, shape)
    let (q, k) = matched("attention", query, key)
    let v = matched("attention", q, value).1
    let relative = relative.map { matched("attention", q, $0).1 }
    let dropout = dropout.flatMap { $0.0.rate > 0 ? ($0.0, counters: $0.counters.on(q.backend)) : nil }
    let backend = q.backend
    let out = backend.scratch(q.shape, q.dtype), logSums = backend.scratch([shape.heads, q.shape[0]], q.dtype)
    backend.attention(
      q.dense, k.dense, v.dense, relative: relative.map(\.dense), shape, dropout: dropout.views, logSums: logSums,
      into: out)
    return .record("attention", [q, k, v] + relative.list, out, keepsOutput: true) { back in
      let (q, k, v, relative) = (back.saved(q), back.saved(k), back.saved(v), relative.map(back.saved))
      if back.createGraph {
        return back.composed([q, k, v] + relative.list) {
          Composed.attention(
            $0[0], $0[1], $0[2], relative: relative.replaced(by: $0.dropFirst(3)), shape,
            dropout: dropout.map { ($0.0, $0.counters.ids) }
          ).result
        }
      }
      let parts = [q, k, v].map { backend.scratch($0.shape, $0.dtype) }
      let relativeParts = relative.map { backend.scratch($0.shape, $0.dtype) }
      backend.attentionBackward(
        q.dense, k.dense, v.dense, relative: relative.map(\.dense), back.output.view, logSums: logSums, shape,
        dropout: dropout.views, back.gradient.dense, queryGradient: parts[0], keyGradient: parts[1],
        valueGradient: parts[2], relativeGradients: relativeParts)
      for (index, part) in (parts + relativeParts.list).enumerated() { back.to(index) { Tensor(part) } }
    }
  }

  private static func check(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, _ relative: RelativeVectors<Tensor>, _ shape: AttentionShape
  ) {
    let tokens = shape.rows.tokenCount
    precondition(
      query.rank == 2 && query.shape[0] == tokens && query.shape[1].isMultiple(of: shape.heads)
        && shape.heads.isMultiple(of: shape.keyValueHeads) && key.shape == value.shape
        && key.rank == 2 && key.shape[1] == query.shape[1] / shape.heads * shape.keyValueHeads
        && (shape.keys == nil ? key.shape[0] == tokens : shape.isSound(keyCount: key.shape[0])),
      "attention: query \(query.shape), key \(key.shape) and value \(value.shape) for \(tokens) tokens, "
        + "\(shape.heads) heads and \(shape.keyValueHeads) key heads")
    precondition(
      shape.keys == nil || relative.list.isEmpty && ![query, key, value].contains(where: \.isTracked),
      "attention to a cache has no gradient and no relative vectors")
    for table in relative.list {
      precondition(
        shape.heads == shape.keyValueHeads && table.rank == 2 && table.shape[1] == query.shape[1]
          && table.shape[0] % 2 == 1 && table.shape[0] / 2 + 1 >= shape.rows.longest
          && table.shape == relative.list[0].shape,
        "attention: relative vectors \(table.shape) for \(shape.heads) heads, \(shape.keyValueHeads) key heads, "
          + "query \(query.shape) and rows of up to \(shape.rows.longest) tokens")
    }
  }
}

extension RelativeVectors {
  /// The tables that are there, `keys` first.
  var list: [Values] { [keys, queries].compactMap { $0 } }

  /// Other values in the places of those that are there.
  func replaced<Other>(by values: ArraySlice<Other>) -> RelativeVectors<Other> {
    RelativeVectors<Other>(keys: keys == nil ? nil : values.first, queries: queries == nil ? nil : values.last)
  }
}

extension AttentionShape {
  /// Whether every row has its keys, at least one for each query, among `keyCount`.
  fileprivate func isSound(keyCount: Int) -> Bool {
    guard let keys else { return true }
    return keys.count == rows.rowCount
      && keys.indices.allSatisfy { keys[$0].count >= rows[$0].count && keys[$0].upperBound <= keyCount }
  }
}
