import RefluxTensor

/// Scores held at a time: a block of queries against all keys of their row stays in the cache.
private let scoreLimit = 1 << 16

/// A matrix whose rows lie `stride` floats apart: all heads side by side, `[n, heads * size]`.
struct Heads {
  let view: View
  let stride: Int
  /// The first element of a row's share of one head.
  func at(_ row: Int, _ head: Int, _ size: Int) -> UnsafeMutablePointer<Float> {
    view.floats + row * stride + head * size
  }
  func matrix(_ row: Int, _ head: Int, _ size: Int, isTransposed: Bool = false) -> BLASMatrix<Float> {
    BLASMatrix(address: at(row, head, size), leadingDimension: stride, isTransposed: isTransposed)
  }
}

/// The blocks of queries of one row of the batch.
struct QueryBlocks {
  let tokens: Range<Int>
  /// Where the row's keys lie; there may be more than queries, which are then the last.
  let keys: Range<Int>
  let size: Int
  init(_ tokens: Range<Int>, keys: Range<Int>? = nil) {
    self.tokens = tokens
    self.keys = keys ?? tokens
    size = max(1, min(tokens.count, max(16, scoreLimit / max(self.keys.count, 1))))
  }
  /// How many keys there are before that of the first query.
  var before: Int { keys.count - tokens.count }
  var count: Int { (tokens.count + size - 1) / size }
  /// The queries of a block, counted from the row's first token.
  subscript(block: Int) -> Range<Int> { block * size..<min((block + 1) * size, tokens.count) }
  var scores: Int { size * keys.count }

  /// Floats one block of scores takes at most.
  static func room(_ rows: RowOffsets, keys: [Range<Int>]? = nil) -> Int {
    (0..<rows.rowCount).reduce(1) { max($0, QueryBlocks(rows[$1], keys: keys?[$1]).scores) }
  }
}

/// The scores of some queries of a row with its first `keys` keys, for one head.
struct ScoreBlock {
  /// The row's first token.
  let first: Int
  let head: Int
  /// Counted from the row's first token.
  let queries: Range<Int>
  let keys: Int
}
