import CRefluxKernels
import RefluxTensor

extension CPUBackend {
  public func attention(
    _ query: View, _ key: View, _ value: View, relative: RelativeVectors<View>, _ shape: AttentionShape,
    dropout: (Dropout, counters: View)?, logSums: View, into out: View
  ) {
    guard query.dtype == .float32 else {
      return ReferenceBackend.shared.attention(
        query, key, value, relative: relative, shape, dropout: dropout, logSums: logSums, into: out)
    }
    requireDenseFloats("attention", logSums)
    let (queries, keys, values, output) = (readable(query), readable(key), readable(value), writable(out))
    let size = query.layout.columns / shape.heads
    let tokens = shape.rows.tokenCount
    let group = shape.heads / shape.keyValueHeads
    let terms = relativeScores(relative, size)
    let room = QueryBlocks.room(shape.rows, keys: shape.keys)
    let bandRoom = terms == nil ? 0 : RelativeScores.room(shape.rows)
    timing.measure(.attention) {
      withTemporary((room + bandRoom) * threads) { scratch in
        workers.run(chunks: shape.rows.rowCount * shape.heads) { chunk, worker in
          let (row, head) = chunk.quotientAndRemainder(dividingBy: shape.heads)
          let blocks = QueryBlocks(shape.rows[row], keys: shape.keys?[row])
          let first = blocks.tokens.lowerBound
          let scores = scratch + worker * (room + bandRoom)
          for block in 0..<blocks.count {
            let part = blocks[block]
            let seen = shape.isCausal ? blocks.before + part.upperBound : blocks.keys.count
            let token = first + part.lowerBound
            Float.multiply(
              part.count, seen, size, queries.matrix(token, head, size),
              keys.matrix(blocks.keys.lowerBound, head / group, size, isTransposed: true), beta: 0, scores, seen)
            terms?.add(
              ScoreBlock(first: first, head: head, queries: part, keys: seen), queries: queries, keys: keys,
              to: scores, scores + room)
            kernels.attention_probabilities(
              scores, part.count, seen, seen, shape.scale, shape.isCausal ? 1 : 0, blocks.before + part.lowerBound,
              mask(dropout, at: token), UInt32(head) << 16, logSums.floats + head * tokens + token)
            Float.multiply(
              part.count, size, seen, BLASMatrix(address: scores, leadingDimension: seen),
              values.matrix(blocks.keys.lowerBound, head / group, size), beta: 0, output.at(token, head, size),
              output.stride)
          }
        }
      }
    }
  }

  public func attentionBackward(
    _ query: View, _ key: View, _ value: View, relative: RelativeVectors<View>, _ output: View, logSums: View,
    _ shape: AttentionShape, dropout: (Dropout, counters: View)?, _ gradient: View, queryGradient: View,
    keyGradient: View, valueGradient: View, relativeGradients: RelativeVectors<View>
  ) {
    guard query.dtype == .float32 else {
      return ReferenceBackend.shared.attentionBackward(
        query, key, value, relative: relative, output, logSums: logSums, shape, dropout: dropout, gradient,
        queryGradient: queryGradient, keyGradient: keyGradient, valueGradient: valueGradient,
        relativeGradients: relativeGradients)
    }
    requireDenseFloats("attentionBackward", logSums, output, gradient)
    let (queries, keys, values) = (readable(query), readable(key), readable(value))
    let (outputs, gradients) = (readable(output), readable(gradient))
    let (dQuery, dKey, dValue) = (writable(queryGradient), writable(keyGradient), writable(valueGradient))
    let size = query.layout.columns / shape.heads
    let tokens = shape.rows.tokenCount
    let group = shape.heads / shape.keyValueHeads
    let (room, longest) = (QueryBlocks.room(shape.rows), shape.rows.longest)
    let terms = relativeScores(relative, size)
    let bandRoom = terms == nil ? 0 : RelativeScores.room(shape.rows)
    let workRoom = 2 * room + longest + bandRoom
    let sums = RelativeSums(relativeGradients, shape, self)
    timing.measure(.attention) {
      withTemporary(workRoom * threads) { scratch in
        // One chunk does all query heads that share a key head, in order, so that their sum has one order.
        workers.run(chunks: sums.parts * shape.keyValueHeads) { chunk, worker in
          let (part, keyHead) = chunk.quotientAndRemainder(dividingBy: shape.keyValueHeads)
          let scores = scratch + worker * workRoom
          let dScores = scores + room
          let deltas = dScores + room
          for row in sums.rows(of: part) {
            let blocks = QueryBlocks(shape.rows[row])
            let first = blocks.tokens.lowerBound
            var beta: Float = 0
            for head in keyHead * group..<(keyHead + 1) * group {
              // The last block comes first: it sees every key, so it may overwrite the sums.
              for block in (0..<blocks.count).reversed() {
                let some = blocks[block]
                let seen = shape.isCausal ? some.upperBound : blocks.tokens.count
                let token = first + some.lowerBound
                let dOutput = gradients.matrix(token, head, size)
                let scoreBlock = ScoreBlock(first: first, head: head, queries: some, keys: seen)
                Float.multiply(
                  some.count, seen, size, queries.matrix(token, head, size),
                  keys.matrix(first, keyHead, size, isTransposed: true), beta: 0, scores, seen)
                terms?.add(scoreBlock, queries: queries, keys: keys, to: scores, deltas + longest)
                Float.multiply(
                  some.count, seen, size, dOutput, values.matrix(first, keyHead, size, isTransposed: true), beta: 0,
                  dScores, seen)
                kernels.row_dots(
                  gradients.at(token, head, size), outputs.at(token, head, size), some.count, size, gradients.stride,
                  deltas)
                kernels.attention_score_gradients(
                  scores, dScores, some.count, seen, seen, shape.scale, shape.isCausal ? 1 : 0, some.lowerBound,
                  mask(dropout, at: token), UInt32(head) << 16, logSums.floats + head * tokens + token, deltas)
                Float.multiply(
                  some.count, size, seen, BLASMatrix(address: dScores, leadingDimension: seen),
                  keys.matrix(first, keyHead, size), beta: 0, dQuery.at(token, head, size), dQuery.stride)
                Float.multiply(
                  seen, size, some.count, BLASMatrix(address: scores, leadingDimension: seen, isTransposed: true),
                  dOutput, beta: beta, dValue.at(first, keyHead, size), dValue.stride)
                Float.multiply(
                  seen, size, some.count, BLASMatrix(address: dScores, leadingDimension: seen, isTransposed: true),
                  queries.matrix(token, head, size), beta: beta, dKey.at(first, keyHead, size), dKey.stride)
                terms?.addGradients(
                  scoreBlock, queries: queries, keys: keys, of: dScores, queryGradient: dQuery, keyGradient: dKey,
                  sums: sums.tables(of: part), deltas + longest)
                beta = 1
              }
            }
          }
        }
      }
    }
    sums.addUp()
  }

  private func relativeScores(_ relative: RelativeVectors<View>, _ size: Int) -> RelativeScores? {
    func term(_ side: RelativeScores.Term.Side, _ table: View?) -> RelativeScores.Term? {
      table.map { RelativeScores.Term(side, readable($0), self) }
    }
    let terms = [term(.query, relative.keys), term(.key, relative.queries)].compactMap { $0 }
    return terms.isEmpty ? nil : RelativeScores(kernels: kernels, terms: terms, size: size)
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
