/// Endless batches of each split.
///
/// Which batch comes next is a count per split, so that a resumed run goes on where it was.
public final class BatchStreams: Stateful {
  private var drawn: [Split: Int] = [:]
  private let batch: (Split, Int) throws -> Batch

  /// `batch` makes the batch of a split with a given number, counted from 0.
  public init(_ batch: @escaping (Split, Int) throws -> Batch) { self.batch = batch }

  /// The batch of a split that comes next.
  public func next(_ split: Split) throws -> Batch {
    let number = drawn[split, default: 0]
    drawn[split] = number + 1
    return try batch(split, number)
  }

  public func state() -> RunState {
    .map(Dictionary(uniqueKeysWithValues: drawn.map { ($0.rawValue, .integer($1)) }))
  }
  public func restore(_ state: RunState) throws {
    drawn = [:]
    for (split, count) in try state.map() { drawn[Split(rawValue: split)] = try count.integer() }
  }
}
