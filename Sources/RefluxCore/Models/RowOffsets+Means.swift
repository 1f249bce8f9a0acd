extension RowOffsets {
  /// The row that each position belongs to: `[tokens]`.
  public var owners: [Int] { (0..<rowCount).flatMap { row in self[row].map { _ in row } } }

  /// The mean over each row of values `[tokens]` or `[tokens, width]`; 0 for a row without any.
  public func means(of values: Tensor) -> Tensor {
    var shares = [Float](repeating: 0, count: rowCount * tokenCount)
    for row in 0..<rowCount {
      for position in self[row] { shares[row * tokenCount + position] = 1 / Float(self[row].count) }
    }
    let matrix = Tensor(shares, [rowCount, tokenCount], on: values.backend)
    guard values.rank == 1 else { return matrix.matmul(values) }
    return matrix.matmul(values.reshaped([values.count, 1])).reshaped([rowCount])
  }
}
