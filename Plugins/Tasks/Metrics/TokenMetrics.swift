import RefluxCore

/// A score of a language model's predictions at labelled positions.
protocol TokenMetric: Metric {
  static var scoreName: String { get }
  /// What has been added up, and over how many tokens.
  var sum: Double { get set }
  var tokens: Int { get set }
  /// The sum over the positions of a batch.
  static func sum(_ predictions: TokenPredictions) -> Double
  init()
}

extension TokenMetric {
  static var suits: Set<PredictionForm> { [.text] }
  init(_: NoOptions, _: inout BuildContext) { self.init() }

  var scores: [(name: String, value: Double)] { [(Self.scoreName, tokens == 0 ? .nan : sum / Double(tokens))] }

  mutating func update(_ output: ModelOutput, _ block: TokenBlock) {
    guard let predictions = output.tokens, let targets = predictions.targets else {
      preconditionFailure("\(Self.name) needs the predictions of a language model")
    }
    sum += Self.sum(predictions)
    tokens += targets.count
  }
}

struct TokenLikelihood: TokenMetric {
  static let name = "token-likelihood"
  static let summary = "Mean log-probability of the labelled tokens, in nats; at most 0."
  static let scoreName = "log_likelihood"
  var sum = 0.0
  var tokens = 0
  static func sum(_ predictions: TokenPredictions) -> Double {
    -predictions.losses().floats.reduce(0) { $0 + Double($1) }
  }
}

struct TokenAccuracy: TokenMetric {
  static let name = "token-accuracy"
  static let summary = "Share of the labelled tokens that the model finds the likeliest."
  static let scoreName = "token_accuracy"
  var sum = 0.0
  var tokens = 0
  static func sum(_ predictions: TokenPredictions) -> Double { Double(predictions.hits.count { $0 }) }
}
