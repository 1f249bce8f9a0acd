/// Rows of token ids, one after the other: what a model reads.
///
/// There is no padding and no mask. Plain arrays, so that text can be tokenized ahead on another thread.
public struct TokenBlock: Sendable {
  public var ids: [Int32]  // [tokens]
  /// Which text of a pair a token belongs to; empty when the model has no segments.
  public var segments: [Int32]  // [tokens] or []
  public var rows: RowOffsets  // [rows + 1]
  /// Rows that belong to one example and are compared with each other (COPA: 2), with logits `[examples, choices]`.
  public var choices: Int
  public var targets: Targets?
  /// Each row's number within the optimizer step, which dropout depends on instead of the cut into batches; when empty,
  /// rows are numbered from 0.
  public var rowNumbers: [Int] = []  // [rows] or []

  public init(ids: [Int32], segments: [Int32] = [], rows: RowOffsets, choices: Int = 1, targets: Targets? = nil) {
    precondition(
      rows.tokenCount == ids.count && rows.rowCount.isMultiple(of: choices),
      "\(ids.count) tokens in \(rows.rowCount) rows of \(rows.tokenCount) tokens, \(choices) rows to an example")
    (self.ids, self.segments, self.rows) = (ids, segments, rows)
    (self.choices, self.targets) = (choices, targets)
  }

  public var rowCount: Int { rows.rowCount }
  public var exampleCount: Int { rows.rowCount / choices }

  /// The block of the first `count` examples alone.
  public func prefix(examples count: Int) -> TokenBlock {
    let tokens = Int(rows.starts[count * choices])
    var block = TokenBlock(
      ids: Array(ids.prefix(tokens)), segments: Array(segments.prefix(tokens)),
      rows: RowOffsets(starts: Array(rows.starts.prefix(count * choices + 1))), choices: choices,
      targets: targets?.taking(Array(0..<count)))
    block.rowNumbers = Array(rowNumbers.prefix(count * choices))
    return block
  }

  /// Each token's place in its row: `0 1 2 … 0 1 …`.
  public var positions: [Int32] {  // [tokens]
    (0..<rowCount).flatMap { 0..<Int32(rows[$0].count) }
  }

  /// Each token's place in its row when `earlier[row]` tokens of the row came before the block.
  public func positions(after earlier: [Int]?) -> [Int32] {  // [tokens]
    guard let earlier else { return positions }
    return (0..<rowCount).flatMap { row in
      Int32(earlier[row])..<Int32(earlier[row] + rows[row].count)
    }
  }

  /// Each token's number for ``Dropout``: its row of the step and its position, `row · 2^16 + position`.
  public var dropoutCounters: [Int32] {  // [tokens]
    (0..<rowCount).flatMap { row in
      let number = rowNumbers.isEmpty ? row : rowNumbers[row]
      return rows[row].indices.map { Int32(truncatingIfNeeded: number << 16 | ($0 - rows[row].lowerBound)) }
    }
  }
}

/// What is right for each example of a block.
public enum Targets: Sendable {
  case classes([Int])  // [examples]
  case scores([Float])  // [examples]
  /// The id that each position of a row must predict, which is that of the next token; negative: nothing is learned.
  case tokens([[Int]])  // [rows][positions]

  public func taking(_ examples: [Int]) -> Targets {
    switch self {
    case .classes(let all): .classes(examples.map { all[$0] })
    case .scores(let all): .scores(examples.map { all[$0] })
    case .tokens(let all): .tokens(examples.map { all[$0] })
    }
  }
}
