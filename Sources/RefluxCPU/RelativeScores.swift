import CRefluxKernels
import RefluxTensor

/// Contents whose products with relative vectors are made at a time.
///
/// A band of `b` queries meets `keys + b - 1` offsets, and needs `keys` of them for each query: the narrower, the less is
/// computed for nothing, and the slower are the products.
private let bandWidth = 32

/// What relative vectors add to attention's scores, and their part of the way back.
///
/// Scores of one offset lie on a diagonal. So a band of queries (or of keys) is multiplied with the vectors of just the
/// offsets that occur in it, `[band, offsets]`, and each row of the product is added to the scores, shifted by one more
/// element than the row before: nothing is gathered by index.
struct RelativeScores {
  let kernels: reflux_kernels
  /// Queries times the vectors of offsets, then keys times theirs, as far as they are there.
  let terms: [Term]
  /// Elements of one head's vectors.
  let size: Int

  struct Term {
    enum Side { case query, key }
    /// Whose content the vectors are multiplied with.
    let side: Side
    let vectors: Heads
    /// The same, one column for each offset: scores are made from these in half the time.
    let columns: BLASMatrix<Float>
    /// Keeps the memory of `columns`.
    let turned: View
    /// The row of offset 0.
    let zero: Int

    init(_ side: Side, _ vectors: Heads, _ backend: CPUBackend) {
      (self.side, self.vectors) = (side, vectors)
      let (offsets, width) = (vectors.view.layout.shape[0], vectors.view.layout.columns)
      // Whole cache lines, and not a multiple of the distance at which they meet in the cache.
      let lines = (offsets + 15) / 16
      let stride = 16 * (lines + (lines % 8 == 0 ? 1 : 0))
      turned = backend.scratch([width, stride])
      columns = BLASMatrix(address: turned.floats, leadingDimension: stride)
      zero = offsets / 2
      let source = Layout(
        shape: [width, offsets], strides: [1, vectors.stride], offset: vectors.view.layout.offset)
      backend.copy(
        View(vectors.view.buffer, source, .float32),
        into: View(turned.buffer, Layout(shape: [width, offsets], strides: [stride, 1]), .float32))
    }
  }

  /// Floats a product takes at most.
  static func room(_ rows: RowOffsets) -> Int {
    (0..<rows.rowCount).reduce(1) { room, row in
      let blocks = QueryBlocks(rows[row])
      let (queries, keys) = (blocks.size, blocks.tokens.count)
      return max(room, min(bandWidth, keys) * (max(queries, keys) + bandWidth))
    }
  }

  /// Adds the terms to a block of scores `[queries, keys]`.
  func add(_ block: ScoreBlock, queries: Heads, keys: Heads, to scores: UnsafeMutablePointer<Float>, _ room: Room) {
    for term in terms {
      let contents = term.side == .query ? queries : keys
      for band in Band.of(block, term.side) {
        Float.multiply(
          band.contents.count, band.offsets, size,
          contents.matrix(block.first + band.contents.lowerBound, block.head, size),
          term.columns.from(row: block.head * size).from(column: term.zero + band.lowest), beta: 0, room, band.offsets)
        kernels.add_diagonals(
          scores + band.place, block.keys, band.queries, band.keys, room + band.start, band.queryStep, band.keyStep)
      }
    }
  }

  /// From the gradient of a block of scores, adds to the gradients of queries, keys and vectors.
  ///
  /// `sums` holds the gradients of each term's vectors, laid out like the vectors.
  func addGradients(
    _ block: ScoreBlock, queries: Heads, keys: Heads, of scores: UnsafeMutablePointer<Float>, queryGradient: Heads,
    keyGradient: Heads, sums: [Heads], _ room: Room
  ) {
    for (term, sum) in zip(terms, sums) {
      let (contents, gradients) = term.side == .query ? (queries, queryGradient) : (keys, keyGradient)
      for band in Band.of(block, term.side) {
        let (token, row) = (block.first + band.contents.lowerBound, term.zero + band.lowest)
        let product = BLASMatrix<Float>(address: room, leadingDimension: band.offsets)
        kernels.fill(room, 0, band.contents.count * band.offsets)
        kernels.spread_diagonals(
          scores + band.place, block.keys, band.queries, band.keys, room + band.start, band.queryStep, band.keyStep)
        Float.multiply(
          band.contents.count, size, band.offsets, product, term.vectors.matrix(row, block.head, size), beta: 1,
          gradients.at(token, block.head, size), gradients.stride)
        Float.multiply(
          band.offsets, size, band.contents.count, product.transposed, contents.matrix(token, block.head, size),
          beta: 1, sum.at(row, block.head, size), sum.stride)
      }
    }
  }

  typealias Room = UnsafeMutablePointer<Float>
}

/// Some queries and keys of a block whose scores come from one product `[contents, offsets]`.
private struct Band {
  let contents: Range<Int>
  let queries: Int, keys: Int
  /// Where the first query's score with the first key is in the block of scores.
  let place: Int
  /// The first key's offset from the last query, the lowest of all.
  let lowest: Int
  let side: RelativeScores.Term.Side

  /// All offsets that occur.
  var offsets: Int { queries + keys - 1 }
  /// Where the first query's score with the first key is in the product, and how far the next query's and key's are.
  var start: Int { queries - 1 }
  var queryStep: Int { side == .query ? offsets - 1 : -1 }
  var keyStep: Int { side == .query ? 1 : offsets + 1 }

  static func of(_ block: ScoreBlock, _ side: RelativeScores.Term.Side) -> some Sequence<Band> {
    let all = side == .query ? block.queries : 0..<block.keys
    return stride(from: all.lowerBound, to: all.upperBound, by: bandWidth).lazy.map { start in
      let contents = start..<min(start + bandWidth, all.upperBound)
      switch side {
      case .query:
        return Band(
          contents: contents, queries: contents.count, keys: block.keys,
          place: (start - block.queries.lowerBound) * block.keys, lowest: -(contents.upperBound - 1), side: side)
      case .key:
        return Band(
          contents: contents, queries: block.queries.count, keys: contents.count, place: start,
          lowest: start - (block.queries.upperBound - 1), side: side)
      }
    }
  }
}
