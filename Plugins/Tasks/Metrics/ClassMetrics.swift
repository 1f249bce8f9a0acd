import RefluxCore

/// A score of classes or choices: the class of the largest logit (the first of several) against the label.
protocol ClassMetric: Metric {
  static var scoreName: String { get }
  var counts: ClassCounts { get set }
  var score: Double { get }
  init()
}

extension ClassMetric {
  static var suits: Set<PredictionForm> { [.classes, .choices] }
  init(_: NoOptions, _: inout BuildContext) { self.init() }

  var scores: [(name: String, value: Double)] { [(Self.scoreName, score)] }

  mutating func update(_ output: ModelOutput, _ block: TokenBlock) {
    guard case .classes(let labels) = block.targets else {
      preconditionFailure("\(Self.name) needs class labels; the block has \(String(describing: block.targets))")
    }
    let (logits, width) = (output.logits.floats, output.logits.shape[1])
    for (row, label) in labels.enumerated() {
      let answer = ExampleAnswer(
        ExampleID(row), logits: Array(logits[row * width..<(row + 1) * width]), label: .category(label))
      counts.add(label: label, prediction: answer.choice)
    }
  }
}

struct Accuracy: ClassMetric {
  static let name = "accuracy"
  static let summary = "The share of examples that are right."
  static let scoreName = "accuracy"
  var counts = ClassCounts()
  var score: Double { counts.accuracy }
}

struct F1: ClassMetric {
  static let name = "f1"
  static let summary = "F1 of class 1, the positive one."
  static let scoreName = "f1"
  var counts = ClassCounts()
  var score: Double { counts.f1(of: 1) }
}

struct MacroF1: ClassMetric {
  static let name = "macro-f1"
  static let summary = "The mean of every class's F1."
  static let scoreName = "macro_f1"
  var counts = ClassCounts()
  var score: Double { counts.macroF1 }
}

struct Matthews: ClassMetric {
  static let name = "matthews"
  static let summary = "Matthews' correlation of labels and predictions."
  static let scoreName = "matthews_correlation"
  var counts = ClassCounts()
  var score: Double { counts.matthewsCorrelation }
}
