/// The fused operations written with primitives: what each of them means.
///
/// They are the default kernels (``Backend``), the second-order gradients of the fused operations, and what the fused
/// kernels are tested against.
enum Composed {
  static func softmax(_ x: Tensor, log: Bool) -> Tensor {
    let shifted = x - x.detached.max([-1], keepingAxes: true)
    let powers = shifted.exp()
    let sum = powers.sum([-1], keepingAxes: true)
    return log ? shifted - sum.log() : powers / sum
  }

  static func linear(_ x: Tensor, _ weight: Tensor, _ bias: Tensor?) -> Tensor {
    let product = x.matmul(weight.transposed())
    return bias.map { product + $0 } ?? product
  }

  static func activated(_ x: Tensor, _ activation: Activation, bias: Tensor?) -> Tensor {
    let x = bias.map { x + $0 } ?? x
    switch activation {
    case .gelu: return x * 0.5 * (1 + (x * x.constant(0.5.squareRoot())).erf())
    case .geluTanh:
      let inner = (x + x.constant(0.044715) * x * x * x) * x.constant((2 / Double.pi).squareRoot())
      return x * 0.5 * (1 + inner.tanh())
    case .relu:
      // Not the primitive, which halves the gradient at 0: there is none, as in PyTorch.
      let x = x.computable
      let result = x.detached.maximum(x.constant(0))
      return .record("relu", [x], result.view) { back in back.to(0) { back.gradient * result.sign() } }
    case .tanh: return x.tanh()
    case .silu: return x * x.sigmoid()
    }
  }

  /// `residual + dropout(x + bias)`.
  static func residualSum(
    _ x: Tensor, bias: Tensor?, residual: Tensor?, dropout: (Dropout, counters: Tensor)?
  ) -> Tensor {
    var sum = bias.map { x + $0 } ?? x
    if let dropout { sum = sum.dropout(dropout.0, counters: dropout.counters) }
    return residual.map { sum + $0 } ?? sum
  }

  /// Layer normalization of `[n, columns]`; the statistics are `[n, 1]`.
  static func normalized(
    _ x: Tensor, scale: Tensor, shift: Tensor, epsilon: Float
  ) -> (result: Tensor, mean: Tensor, inverseDeviation: Tensor) {
    let mean = x.mean([-1], keepingAxes: true)
    let centred = x - mean
    let inverseDeviation = ((centred * centred).mean([-1], keepingAxes: true) + epsilon).sqrt().reciprocal()
    return (centred * inverseDeviation * scale + shift, mean, inverseDeviation)
  }

  /// Root mean square normalization of `[n, columns]`; the factor is `[n, 1]`.
  static func rootMeanSquareNormalized(
    _ x: Tensor, scale: Tensor, epsilon: Float
  ) -> (result: Tensor, factor: Tensor) {
    let factor = ((x * x).mean([-1], keepingAxes: true) + epsilon).sqrt().reciprocal()
    return (x * factor * scale, factor)
  }

  /// Each head's halves, turned together by the angles of the tokens' positions.
  static func rotated(_ x: Tensor, cosines: Tensor, sines: Tensor, positions: Tensor) -> Tensor {
    let (tokens, half) = (x.shape[0], cosines.shape[1])
    let heads = x.shape[1] / (2 * half)
    let pairs = x.reshaped([tokens, heads, 2, half])
    let (first, second) = (pairs.sliced(0..<1, axis: 2), pairs.sliced(1..<2, axis: 2))
    let cosine = cosines.rows(positions).reshaped([tokens, 1, 1, half])
    let sine = sines.rows(positions).reshaped([tokens, 1, 1, half])
    return Tensor.concatenated([first * cosine - second * sine, second * cosine + first * sine], axis: 2)
      .reshaped(x.shape)
  }

  /// Softmax attention within each row of a packed batch; `logSums` is `[heads, tokens]`.
  static func attention(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, relative: RelativeVectors<Tensor>, _ shape: AttentionShape,
    dropout: (Dropout, counters: [Int32])?
  ) -> (result: Tensor, logSums: Tensor) {
    let perRow = (0..<shape.rows.rowCount).filter { !shape.rows[$0].isEmpty }.map { row in
      let tokens = shape.rows[row]
      let factors = dropout.map { ($0, $1[tokens]) }
      let keys = shape.keys?[row] ?? tokens
      return attentionOfRow(
        query.sliced(tokens), key.sliced(keys), value.sliced(keys), relative: relative, shape, dropout: factors)
    }
    guard !perRow.isEmpty else { return (query, query.filled(with: 0).reshaped([shape.heads, 0])) }
    return (.concatenated(perRow.map(\.result)), .concatenated(perRow.map(\.logSums), axis: 1))
  }

  private static func attentionOfRow(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, relative: RelativeVectors<Tensor>, _ shape: AttentionShape,
    dropout: (Dropout, counters: ArraySlice<Int32>)?
  ) -> (result: Tensor, logSums: Tensor) {
    let (tokens, keyCount) = (query.shape[0], key.shape[0])
    let queries = query.heads(shape.heads, shape.heads)  // [heads, tokens, size]
    let keys = key.heads(shape.keyValueHeads, shape.heads)
    let values = value.heads(shape.keyValueHeads, shape.heads)
    var scores = queries.matmul(keys.transposed()) * shape.scale  // [heads, queries, keys]
    if let table = relative.keys {
      scores += relativeScores(query.reshaped([tokens, 1, query.shape[1]]), table, shape.heads) * shape.scale
    }
    if let table = relative.queries {
      scores += relativeScores(key.reshaped([1, tokens, key.shape[1]]), table, shape.heads) * shape.scale
    }
    if shape.isCausal {
      let mask = (keyCount - tokens..<keyCount).flatMap { query in
        (0..<keyCount).map { $0 > query ? -Float.infinity : 0 }
      }
      scores += Tensor(mask, [tokens, keyCount], on: query.backend).converted(to: query.dtype)
    }
    let peak = scores.detached.max([-1], keepingAxes: true)
    let powers = (scores - peak).exp()
    let sum = powers.sum([-1], keepingAxes: true)
    var probabilities = powers / sum
    if let (dropout, counters) = dropout {
      let factors = (0..<shape.heads).flatMap { head in
        counters.flatMap { row in (0..<keyCount).map { dropout.factor(counter: row, column: UInt32(head << 16 + $0)) } }
      }
      probabilities =
        probabilities
        * Tensor(factors, probabilities.shape, on: query.backend).converted(to: query.dtype)
    }
    let result = probabilities.matmul(values).transposed(0, 1).reshaped([tokens, query.shape[1]])
    return (result, (peak + sum.log()).reshaped([shape.heads, tokens]))
  }

  /// Contents times the vectors of the offsets of keys from queries: `[heads, queries, keys]`.
  ///
  /// `content` is `[tokens, 1, width]` for queries and `[1, tokens, width]` for keys.
  private static func relativeScores(_ content: Tensor, _ table: Tensor, _ heads: Int) -> Tensor {
    let (tokens, width) = (max(content.shape[0], content.shape[1]), content.shape[2])
    let zero = table.shape[0] / 2
    let offsets = (0..<tokens).flatMap { query in (0..<tokens).map { zero + $0 - query } }
    let vectors = table.taking(offsets).reshaped([tokens, tokens, width])
    return (content * vectors).reshaped([tokens, tokens, heads, width / heads]).sum([-1]).transposed(0, 2)
      .transposed(1, 2)
  }
}

extension Tensor {
  /// Cuts `[tokens, heads · size]` into `[all, tokens, size]`, repeating each head where several share it.
  fileprivate func heads(_ heads: Int, _ all: Int) -> Tensor {
    let (tokens, size) = (shape[0], shape[1] / heads)
    let split = reshaped([tokens, heads, size]).transposed(0, 1)
    guard heads != all else { return split }
    return split.reshaped([heads, 1, tokens, size]).broadcast(to: [heads, all / heads, tokens, size])
      .reshaped([all, tokens, size])
  }
}

extension Backward {
  /// Gives the inputs the differentiable gradients of an operation's definition.
  func composed(_ inputs: [Tensor], _ definition: ([Tensor]) -> Tensor) {
    for (index, part) in gradients(of: inputs, definition).enumerated() { if let part { to(index) { part } } }
  }

  /// The differentiable gradients of a definition at its inputs; `nil` for constants.
  func gradients(of inputs: [Tensor], _ definition: ([Tensor]) -> Tensor) -> [Tensor?] {
    let leaves = inputs.map { $0.isTracked ? $0.asLeaf() : $0 }
    return RefluxTensor.gradients(of: definition(leaves), along: gradient, at: leaves, createGraph: createGraph)
  }
}
