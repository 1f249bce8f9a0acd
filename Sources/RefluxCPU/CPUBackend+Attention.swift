import CRefluxKernels
import RefluxTensor

/// Scores held at a time: a block of queries against all keys of their row stays in the cache.
private let scoreLimit = 1 << 16

/// A matrix whose rows lie `stride` floats apart: one head of `[tokens, heads * size]`.
private struct Heads {
  let view: View
  let stride: Int
  /// The first element of a token's share of one head.
  func at(_ token: Int, _ head: Int, _ size: Int) -> UnsafeMutablePointer<Float> {
    view.floats + token * stride + head * size
  }
  func matrix(_ token: Int, _ head: Int, _ size: Int, isTransposed: Bool = false) -> BLASMatrix<Float> {
    BLASMatrix(address: at(token, head, size), leadingDimension: stride, isTransposed: isTransposed)
  }
}

/// The blocks of queries of one row of the batch.
private struct QueryBlocks {
  let tokens: Range<Int>
  let size: Int
  init(_ tokens: Range<Int>) {
    self.tokens = tokens
    size = max(1, min(tokens.count, max(16, scoreLimit / max(tokens.count, 1))))
  }
  var count: Int { (tokens.count + size - 1) / size }
  /// The queries of a block, counted from the row's first token.
  subscript(block: Int) -> Range<Int> { block * size..<min((block + 1) * size, tokens.count) }
  var scores: Int { size * tokens.count }
}

extension CPUBackend {
  public func attention(
    _ query: View, _ key: View, _ value: View, _ shape: AttentionShape, dropout: (Dropout, counters: View)?,
    logSums: View, into out: View
  ) {
    guard query.dtype == .float32 else {
      return ReferenceBackend.shared.attention(
        query, key, value, shape, dropout: dropout, logSums: logSums, into: out)
    }
    requireDenseFloats("attention", logSums)
    let (queries, keys, values, output) = (readable(query), readable(key), readable(value), writable(out))
    let size = query.layout.columns / shape.heads
    let tokens = shape.rows.tokenCount
    let group = shape.heads / shape.keyValueHeads
    let room = scratch(shape)
    timing.measure(.attention) {
      withTemporary(room * threads) { scratch in
        workers.run(chunks: shape.rows.rowCount * shape.heads) { chunk, worker in
          let (row, head) = chunk.quotientAndRemainder(dividingBy: shape.heads)
          let blocks = QueryBlocks(shape.rows[row])
          let first = blocks.tokens.lowerBound
          let scores = scratch + worker * room
          for block in 0..<blocks.count {
            let part = blocks[block]
            let seen = shape.isCausal ? part.upperBound : blocks.tokens.count
            let token = first + part.lowerBound
            Float.multiply(
              part.count, seen, size, queries.matrix(token, head, size),
              keys.matrix(first, head / group, size, isTransposed: true), beta: 0, scores, seen)
            kernels.attention_probabilities(
              scores, part.count, seen, seen, shape.scale, shape.isCausal ? 1 : 0, part.lowerBound,
              mask(dropout, at: token), UInt32(head) << 16, logSums.floats + head * tokens + token)
            Float.multiply(
              part.count, size, seen, BLASMatrix(address: scores, leadingDimension: seen),
              values.matrix(first, head / group, size), beta: 0, output.at(token, head, size), output.stride)
          }
        }
      }
    }
  }

  public func attentionBackward(
    _ query: View, _ key: View, _ value: View, _ output: View, logSums: View, _ shape: AttentionShape,
    dropout: (Dropout, counters: View)?, _ gradient: View, queryGradient: View, keyGradient: View,
    valueGradient: View
  ) {
    guard query.dtype == .float32 else {
      return ReferenceBackend.shared.attentionBackward(
        query, key, value, output, logSums: logSums, shape, dropout: dropout, gradient, queryGradient: queryGradient,
        keyGradient: keyGradient, valueGradient: valueGradient)
    }
    requireDenseFloats("attentionBackward", logSums, output, gradient)
    let (queries, keys, values) = (readable(query), readable(key), readable(value))
    let (outputs, gradients) = (readable(output), readable(gradient))
    let (dQuery, dKey, dValue) = (writable(queryGradient), writable(keyGradient), writable(valueGradient))
    let size = query.layout.columns / shape.heads
    let tokens = shape.rows.tokenCount
    let group = shape.heads / shape.keyValueHeads
    let (room, longest) = (scratch(shape), shape.rows.longest)
    timing.measure(.attention) {
      withTemporary((2 * room + longest) * threads) { scratch in
        // One chunk does all query heads that share a key head, in order, so that their sum has one order.
        workers.run(chunks: shape.rows.rowCount * shape.keyValueHeads) { chunk, worker in
          let (row, keyHead) = chunk.quotientAndRemainder(dividingBy: shape.keyValueHeads)
          let blocks = QueryBlocks(shape.rows[row])
          let first = blocks.tokens.lowerBound
          let scores = scratch + worker * (2 * room + longest)
          let dScores = scores + room
          let deltas = dScores + room
          var beta: Float = 0
          for head in keyHead * group..<(keyHead + 1) * group {
            // The last block comes first: it sees every key, so it may overwrite the sums.
            for block in (0..<blocks.count).reversed() {
              let part = blocks[block]
              let seen = shape.isCausal ? part.upperBound : blocks.tokens.count
              let token = first + part.lowerBound
              let dOutput = gradients.matrix(token, head, size)
              Float.multiply(
                part.count, seen, size, queries.matrix(token, head, size),
                keys.matrix(first, keyHead, size, isTransposed: true), beta: 0, scores, seen)
              Float.multiply(
                part.count, seen, size, dOutput, values.matrix(first, keyHead, size, isTransposed: true), beta: 0,
                dScores, seen)
              kernels.row_dots(
                gradients.at(token, head, size), outputs.at(token, head, size), part.count, size, gradients.stride,
                deltas)
              kernels.attention_score_gradients(
                scores, dScores, part.count, seen, seen, shape.scale, shape.isCausal ? 1 : 0, part.lowerBound,
                mask(dropout, at: token), UInt32(head) << 16, logSums.floats + head * tokens + token, deltas)
              Float.multiply(
                part.count, size, seen, BLASMatrix(address: dScores, leadingDimension: seen),
                keys.matrix(first, keyHead, size), beta: 0, dQuery.at(token, head, size), dQuery.stride)
              Float.multiply(
                seen, size, part.count, BLASMatrix(address: scores, leadingDimension: seen, isTransposed: true),
                dOutput, beta: beta, dValue.at(first, keyHead, size), dValue.stride)
              Float.multiply(
                seen, size, part.count, BLASMatrix(address: dScores, leadingDimension: seen, isTransposed: true),
                queries.matrix(token, head, size), beta: beta, dKey.at(first, keyHead, size), dKey.stride)
              beta = 1
            }
          }
        }
      }
    }
  }

  /// Floats one block of scores takes at most.
  private func scratch(_ shape: AttentionShape) -> Int {
    (0..<shape.rows.rowCount).reduce(1) { max($0, QueryBlocks(shape.rows[$1]).scores) }
  }

  /// A matrix to read: the view itself, or a dense copy if its columns do not lie side by side.
  private func readable(_ view: View) -> Heads {
    let view = view.dtype == .float32 && hasApartRows(view) ? view : dense(view, .float32)
    return Heads(view: view, stride: max(view.layout.strides[0], view.layout.columns))
  }

  private func writable(_ view: View) -> Heads {
    precondition(
      view.dtype == .float32 && hasApartRows(view),
      "attention: results are float32 with their columns side by side and rows that do not overlap")
    return Heads(view: view, stride: max(view.layout.strides[0], view.layout.columns))
  }

  /// Whether columns lie side by side and no row reaches into another, as it would in one row repeated.
  private func hasApartRows(_ view: View) -> Bool {
    let (rows, columns, strides) = (view.layout.shape[0], view.layout.columns, view.layout.strides)
    return (strides[1] == 1 || columns == 1) && (strides[0] >= columns || rows <= 1)
  }
}
