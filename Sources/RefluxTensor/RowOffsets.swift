/// Where each row of a packed batch begins: rows lie one after the other, without padding.
public struct RowOffsets: Sendable, Equatable {
  /// `starts[r] ..< starts[r + 1]` are the tokens of row `r`; the last entry is the number of tokens.
  public let starts: [Int32]  // [rows + 1]

  public init(starts: [Int32]) {
    precondition(starts.first == 0, "row offsets begin at 0, not at \(starts.first.map(String.init) ?? "nothing")")
    self.starts = starts
  }

  /// Rows of these lengths, in order.
  public init(lengths: some Sequence<Int>) {
    var starts: [Int32] = [0], end = 0
    for length in lengths {
      end += length
      starts.append(Int32(end))
    }
    self.starts = starts
  }

  public var rowCount: Int { starts.count - 1 }
  public var tokenCount: Int { Int(starts[starts.count - 1]) }
  /// The tokens of a row.
  public subscript(row: Int) -> Range<Int> { Int(starts[row])..<Int(starts[row + 1]) }
  public var lengths: [Int] { (0..<rowCount).map { self[$0].count } }
  public var longest: Int { lengths.max() ?? 0 }
}
