/// The rows of a table outside which every element is zero.
///
/// A batch looks up few rows of a large table of token vectors, so nearly all of the table's gradient is zero. Knowing
/// where it is not saves reading the rest: for the norm, for the optimizer.
struct FilledRows {
  let shape: Shape
  /// Ascending.
  let rows: [Int32]

  /// `nil` where it would save little.
  init?(_ ids: [Int32], of shape: Shape) {
    guard 2 * ids.count <= shape[0] else { return nil }
    let sorted = ids.sorted()
    (self.shape, rows) = (shape, zip([-1] + sorted, sorted).filter { $0 < $1 }.map(\.1))
  }

  /// Where the rows lie in the `byteCount` bytes of the whole table.
  func parts(of byteCount: Int) -> [Range<Int>] {
    let size = byteCount / shape[0]
    return rows.map { Int($0) * size..<(Int($0) + 1) * size }
  }

  func union(_ others: [Int32]) -> FilledRows? { FilledRows(rows + others, of: shape) }
}

extension Tensor {
  /// Of a gradient of a table, the rows outside which every element is zero, ascending; `nil` when that is not known.
  public var filledRows: [Int32]? {
    guard let known = buffer.filledRows, known.shape == shape, layout.isRowMajor else { return nil }
    return known.rows
  }

  /// Zeros for a table of which few rows will be written in place, at the cost of those rows alone.
  public static func zeroTable(_ shape: Shape, _ dtype: DType = .float32, on backend: any Backend) -> Tensor {
    let layout = Layout(rowMajor: shape)
    return Tensor(View(backend.allocateZeros(Swift.max(layout.count, 1) * dtype.size), layout, dtype))
  }
}

extension RandomAccessCollection<Bool> where Index == Int {
  /// Neighbours that are equal, in order, by their indices.
  @inlinable public var runs: [(range: Range<Int>, value: Bool)] {
    var (runs, start): ([(range: Range<Int>, value: Bool)], Int) = ([], startIndex)
    while start < endIndex {
      let end = self[start...].firstIndex { $0 != self[start] } ?? endIndex
      runs.append((start..<end, self[start]))
      start = end
    }
    return runs
  }
}
