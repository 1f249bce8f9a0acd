import RefluxCore

/// How much of a task's files is read: options that all tasks with files share.
struct RowLimits: ComponentOptions {
  @Option("Reads only so many rows of the training split, the first.", in: 1...) var trainLimit: Int? = nil
  @Option("Reads only so many rows of every other split, the first.", in: 1...) var evaluationLimit: Int? = nil

  /// The first rows of a split.
  func first<Row>(_ rows: [Row], of split: Split) -> [Row] {
    Array(rows.prefix((split == .train ? trainLimit : evaluationLimit) ?? .max))
  }

  /// A benchmark's rows of a split.
  ///
  /// The unlabelled one is what `train_limit` leaves of the training rows (with their labels, so that it can be said how
  /// often a guess was right), or else the test split.
  func benchmarkRows<Row>(of split: Split, _ read: (Split) throws -> [Row]) rethrows -> [Row] {
    let rows = try read(source(of: split))
    guard split == .unlabeled else { return first(rows, of: split) }
    return Array(rows.dropFirst(trainLimit ?? 0))
  }

  /// The split whose file a benchmark's rows of a split are read from.
  func source(of split: Split) -> Split { split != .unlabeled ? split : trainLimit == nil ? .test : .train }
}
