/// Pearson's correlation coefficient; NaN where it is undefined: fewer than two points, or one side constant.
func pearsonCorrelation(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count > 1, Set(a).count > 1, Set(b).count > 1 else { return .nan }
  func centered(_ values: [Double]) -> [Double] {
    let mean = values.reduce(0, +) / Double(values.count)
    let distances = values.map { $0 - mean }
    // Scaled first, so that neither huge nor tiny distances lose their squares.
    let largest = distances.reduce(0) { max($0, abs($1)) }
    let scaled = distances.map { $0 / largest }
    let norm = scaled.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return scaled.map { $0 / norm }
  }
  let product = zip(centered(a), centered(b)).reduce(0) { $0 + $1.0 * $1.1 }
  return min(1, max(-1, product))
}

/// Spearman's rank correlation coefficient: Pearson's of the ranks.
func spearmanCorrelation(_ a: [Double], _ b: [Double]) -> Double {
  pearsonCorrelation(averageRanks(a), averageRanks(b))
}

/// Each value's rank from 1; equal values share the average of their ranks.
func averageRanks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start + 1
    while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
    for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
    start = end
  }
  return ranks
}
