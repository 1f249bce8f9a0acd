import RefluxCore

/// A task about the numbers 0, 1, 2, …: what each one's label is.
public struct LogitTableTask: Task {
  public static let name = "table"
  public static let summary = "Labels of the rows of a logit table."
  public let prediction: PredictionKind
  public let labels: [Label]
  /// The numbers in a split; one that is not listed has all of them.
  public var splits: [Split: [Int]] = [:]

  public init(classes labels: [Int], of count: Int) {
    prediction = .classes((0..<count).map { "class \($0)" })
    self.labels = labels.map(Label.category)
  }
  public init(scores: [Float]) { (prediction, labels) = (.score, scores.map(Label.score)) }
  public init(_: NoOptions, _: inout BuildContext) { self.init(classes: [0, 1], of: 2) }

  public func examples(_ split: Split) -> [Example] {
    (splits[split] ?? Array(labels.indices)).map { Example(rows: [.tokens(ids: [Int32($0)])], label: labels[$0]) }
  }
  public func metrics() -> [any Metric] { [] }

  /// The examples with these numbers as one batch, `matched` of them first.
  public func batch(_ indices: [Int], matched: Int = 0) -> Batch {
    var block = TokenBlock(ids: indices.map(Int32.init), rows: RowOffsets(lengths: indices.map { _ in 1 }))
    switch prediction {
    case .score: block.targets = .scores(indices.map { if case .score(let value) = labels[$0] { value } else { 0 } })
    default: block.targets = .classes(indices.map { if case .category(let value) = labels[$0] { value } else { 0 } })
    }
    return Batch(indices.map(ExampleID.init), matchedCount: matched, input: block)
  }
}
