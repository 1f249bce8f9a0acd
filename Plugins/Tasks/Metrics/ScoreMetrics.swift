import RefluxCore

/// A score of numbers: the model's only output against the label.
protocol ScoreMetric: Metric {
  static var scoreName: String { get }
  var pairs: [(label: Double, prediction: Double)] { get set }
  static func score(_ labels: [Double], _ predictions: [Double]) -> Double
  init()
}

extension ScoreMetric {
  static var suits: Set<PredictionForm> { [.numbers] }
  init(_: NoOptions, _: inout BuildContext) { self.init() }

  var scores: [(name: String, value: Double)] {
    [(Self.scoreName, Self.score(pairs.map(\.label), pairs.map(\.prediction)))]
  }

  mutating func update(_ output: ModelOutput, _ block: TokenBlock) {
    guard case .scores(let labels) = block.targets else {
      preconditionFailure("\(Self.name) needs scores; the block has \(String(describing: block.targets))")
    }
    for (label, prediction) in zip(labels, output.logits.floats) { pairs.append((Double(label), Double(prediction))) }
  }
}

struct Pearson: ScoreMetric {
  static let name = "pearson"
  static let summary = "Pearson's correlation of labels and predictions."
  static let scoreName = "pearson"
  var pairs: [(label: Double, prediction: Double)] = []
  static func score(_ labels: [Double], _ predictions: [Double]) -> Double { pearsonCorrelation(labels, predictions) }
}

struct Spearman: ScoreMetric {
  static let name = "spearman"
  static let summary = "Spearman's rank correlation of labels and predictions."
  static let scoreName = "spearman"
  var pairs: [(label: Double, prediction: Double)] = []
  static func score(_ labels: [Double], _ predictions: [Double]) -> Double { spearmanCorrelation(labels, predictions) }
}
