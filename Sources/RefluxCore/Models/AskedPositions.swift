/// The positions at which a block asks a language model for its predictions: those with a target or, in a block without
/// token targets, the last of each row.
public struct AskedPositions {
  /// Numbers of tokens in the block.
  public private(set) var places: [Int32] = []  // [positions]
  /// Which positions belong to which row.
  public let rows: RowOffsets  // [rows + 1]
  public private(set) var targets: [Int]?  // [positions]

  public init(_ block: TokenBlock) {
    guard case .tokens(let wanted) = block.targets else {
      places = (0..<block.rowCount).map { Int32(block.rows[$0].upperBound - 1) }
      rows = RowOffsets(lengths: places.map { _ in 1 })
      return
    }
    var (lengths, ids): ([Int], [Int]) = ([], [])
    for row in 0..<block.rowCount {
      let before = places.count
      for (offset, target) in wanted[row].enumerated() where target >= 0 {
        places.append(Int32(block.rows[row].lowerBound + offset))
        ids.append(target)
      }
      lengths.append(places.count - before)
    }
    (rows, targets) = (RowOffsets(lengths: lengths), ids)
  }
}
