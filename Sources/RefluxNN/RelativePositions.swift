#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Which of the vectors of relative positions belongs to a distance between two tokens.
///
/// There are `2 · span` vectors. A distance is kept as it is, or put into a bucket with others of about its size, and then
/// moved into the span: the vector's number is `bucket + span`, at least 0 and below `2 · span`.
public struct RelativePositions: Sendable, Equatable {
  /// Vectors for tokens ahead, and as many for tokens behind.
  public let span: Int
  private let longest: Int?

  /// One vector for each distance below `span`; all that are farther share the outermost one.
  public init(span: Int) { (self.span, longest) = (span, nil) }

  /// Buckets that grow with the distance (DeBERTa-v2's `make_log_bucket_position`).
  ///
  /// Half of the `buckets` hold one distance each, the others are spread evenly over the logarithms of the distances up
  /// to `longest`. Needs `buckets >= 2` and `longest - 1 > buckets / 2`.
  public init(buckets: Int, longest: Int) {
    precondition(buckets >= 2 && longest - 1 > buckets / 2, "\(buckets) buckets for distances below \(longest)")
    (span, self.longest) = (buckets, longest)
  }

  /// The number of the vector for a query `distance` tokens behind its key (negative: before it).
  public func index(_ distance: Int) -> Int { min(max(bucket(distance) + span, 0), 2 * span - 1) }

  /// In float32, as PyTorch computes it: it decides at the edges.
  private func bucket(_ distance: Int) -> Int {
    let (middle, size) = (span / 2, abs(distance))
    guard let longest, size > middle else { return distance }
    let reach = log(Float(Double(longest - 1) / Double(middle)))
    let steps = (log(Float(size) / Float(middle)) / reach * Float(middle - 1)).rounded(.up)
    return (Int(steps) + middle) * distance.signum()
  }
}
