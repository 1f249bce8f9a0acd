/// Decides which examples are trained on together, and in what order.
///
/// Pure: the same arguments give the same plan, so a run is resumed in the middle of an epoch by planning it again and
/// skipping what was done. An epoch may look back at the one before (DLB's batches carry over) by planning it too. It
/// cannot look at the model: an order that depends on losses would be state.
public protocol Sampler: Component {
  /// Whether there is a sampler of this kind that ``repeats``. Default: no.
  static var canRepeat: Bool { get }
  /// Whether steps repeat examples of the one before. Default: ``canRepeat``.
  var repeats: Bool { get }
  /// The optimizer steps of an epoch; each is cut into one or more batches.
  func plan(_ data: SamplingContext, epoch: Int) throws -> [[PlannedBatch]]
}
extension Sampler {
  public static var canRepeat: Bool { false }
  public var repeats: Bool { Self.canRepeat }
}

/// What samplers' options have in common.
public enum Sampling {
  /// What others call `batch_size`.
  public static let batchSizeAliases = ["per_device_train_batch_size", "train_batch_size"]
}

/// What a sampler may know about the data without touching it.
public struct SamplingContext: Sendable {
  public var count: Int
  public var lengths: [Int]
  /// Batches per optimizer step.
  public var accumulation: Int
  public var seed: UInt64
  public init(count: Int, lengths: [Int] = [], accumulation: Int = 1, seed: UInt64) {
    (self.count, self.lengths, self.accumulation, self.seed) = (count, lengths, accumulation, seed)
  }

  /// A fresh permutation of `0 ..< count` for each epoch.
  public func permutation(epoch: Int) -> [Int] {
    var random = RandomSource(seed: seed, "order", epoch)
    return (0..<count).shuffled(using: &random)
  }
}

/// Indices into the data.
///
/// `matched` are examples of the step before, `new` are seen for the first time.
public struct PlannedBatch: Sendable, Equatable {
  public var matched: [Int]
  public var new: [Int]
  public init(matched: [Int] = [], new: [Int]) { (self.matched, self.new) = (matched, new) }
  public var indices: [Int] { matched + new }
}

extension PlannedBatch {
  /// The same step in batches with at most so many matched and so many new examples.
  public func cut(matchedPerBatch: Int, newPerBatch: Int) -> [PlannedBatch] {
    let (matched, new) = (matched.chunked(by: matchedPerBatch), new.chunked(by: newPerBatch))
    return (0..<max(matched.count, new.count)).map { index in
      PlannedBatch(
        matched: index < matched.count ? matched[index] : [], new: index < new.count ? new[index] : [])
    }
  }

  /// The same step in at most `parts` batches of nearly equal size; matched and new examples are cut alike.
  public func cut(into parts: Int) -> [PlannedBatch] {
    func size(_ rows: [Int]) -> Int { (rows.count + parts - 1) / max(parts, 1) }
    return cut(matchedPerBatch: size(matched), newPerBatch: size(new))
  }
}

extension Array {
  /// Runs of `size` elements; the last may be shorter.
  public func chunked(by size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: Swift.max(size, 1)).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
