import RefluxCore

/// A model whose parameters are its logits: example `i` (the row `[i]`) is answered with row `i` of a table.
///
/// Losses and their gradients are then those of a formula on given logits, without a network in between.
public struct LogitTable: Model {
  public static let name = "logit-table"
  public static let summary = "Answers from a table of logits."
  public var logits: Tensor  // [examples, classes]
  public var card: ModelCard

  public init(_ rows: [[Float]]) {
    let classes = rows.first?.count ?? 0
    logits = Tensor(rows.flatMap { $0 }, [rows.count, classes])
    card = ModelCard(
      .encoder, type: "table", layers: 0, hiddenSize: 0, vocabularySize: rows.count, maxPositions: 1, outputs: classes)
  }
  public init(_: NoOptions, _: inout BuildContext) { self.init([[0, 0]]) }

  public mutating func visit(_ visitor: inout ParameterVisitor) { visitor.visit("logits", &logits) }
  public func callAsFunction(_ input: TokenBlock, _: inout ForwardPass) -> ModelOutput {
    ModelOutput(logits: logits.taking(input.ids.map(Int.init)))
  }
  public func save(to _: String) {}
  public func saveConfiguration(to _: String) {}
}

/// A task about the numbers 0, 1, 2, …: what each one's label is.
public struct TableTask: Task {
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
