import RefluxCore

/// Labels of unlabelled rows that the model is sure of, beside the labelled rows.
///
/// Before the first round the model learns the labelled rows alone.
struct PseudoLabels: RoundData {
  static let name = "pseudo-labels"
  static let summary = "The labelled rows, and unlabelled ones with the answers that the model is surest of."
  static let suits: Set<PredictionForm> = [.classes, .choices]
  struct Options: ComponentOptions {
    @Option(
      "Which answers become labels; confident: those with at least this `confidence`; best: the surest `per_class` of each"
        + " predicted class.")
    var keep = Selection.Rule.confident
    @Option("The probability that an answer needs with keep: confident.", in: 0...1, aliases: ["threshold"])
    var confidence: Float = 0.9
    @Option("How many answers of each class are kept with keep: best.", in: 1...10_000_000) var perClass = 100
    @Option(
      "Share of the training rows whose labels are hidden and that count as unlabelled; 0: the rows of `unlabeled_split`.",
      in: 0...0.99)
    var heldOut: Float = 0
    @Option("The split of unlabelled rows.") var unlabeledSplit = "unlabeled"
  }

  private let options: Options
  private let selection: Selection
  private var rows: (pool: LabelPool, unlabeled: any Dataset)?

  init(_ options: Options, _: inout BuildContext) {
    self.options = options
    selection = Selection(rule: options.keep, confidence: Double(options.confidence), perClass: options.perClass)
  }

  private var source: Split { Split(rawValue: options.unlabeledSplit) }
  var splits: [Split] { options.heldOut > 0 ? [] : [source] }

  mutating func begin(_ runner: any Runner) throws -> (any Dataset)? {
    switch runner.task.prediction {
    case .score:
      throw RecipeError("self-training keeps the answers a model is sure of, but this task predicts a number")
    case .text:
      throw RecipeError(
        "pseudo-labels are classes that a model is sure of, but this task is answered in text; wants data: "
          + SampledSolutions.name)
    case .classes, .choice: break
    }
    let pool = try LabelPool(runner.task, heldOut: options.heldOut, split: source, seed: runner.seed)
    rows = (pool, try runner.makeDataset("unlabelled rows") { pool.unlabeled.map { Example(rows: $0.rows) } })
    return try runner.makeDataset("labelled rows: data") { pool.labeled }
  }

  func data(ofRound round: Int, _ predict: Predictor, _ runner: any Runner) throws -> RoundYield {
    guard let (pool, unlabeled) = rows else { preconditionFailure("a round before the beginning") }
    let answers = try runner.predict("round \(round): predict", on: unlabeled, predict).enumerated().map {
      ExampleAnswer($1.example, logits: $1.logits, label: pool.unlabeled[$0].label)
    }
    let kept = selection.kept(of: answers)
    try report(kept, of: answers, round, pool, runner)
    guard !kept.isEmpty else {
      return .nothing(of: "the \(answers.count) unlabelled rows", because: reason(answers))
    }
    return .data(
      try runner.makeDataset("round \(round): data") {
        pool.labeled + kept.map { Example(rows: pool.unlabeled[$0.row].rows, label: .category($0.label)) }
      })
  }

  private func reason(_ answers: [ExampleAnswer]) -> String {
    let surest = answers.compactMap { $0.probabilities.max() }.max() ?? 0
    let shown = (surest * 10_000).rounded() / 10_000
    return "the surest answer has a probability of \(shown), and confidence wants \(options.confidence); "
      + "lower confidence or set keep: best"
  }

  /// Writes which rows were kept and how often their label was right, where that is known.
  private func report(
    _ kept: [Kept], of answers: [ExampleAnswer], _ round: Int, _ pool: LabelPool, _ runner: any Runner
  ) throws {
    func name(_ label: Int) -> RecordedValue {
      guard case .classes(let names) = runner.task.prediction, names.indices.contains(label) else {
        return .integer(label)
      }
      return .text(names[label])
    }
    try runner.record(
      "round \(round): kept rows",
      rows: kept.map { row in
        [
          ("row", .integer(pool.rowNumbers[row.row])), ("label", name(row.label)),
          ("confidence", .number(row.confidence)),
        ]
          + (row.gold.map { [("gold", name($0))] } ?? [])
      })
    let known = kept.filter { $0.gold != nil }
    let right = known.count { $0.gold == $0.label }
    var numbers: [(name: String, value: RecordedValue)] = [
      ("unlabelled", .integer(answers.count)), ("kept", .integer(kept.count)),
    ]
    if !kept.isEmpty {
      numbers.append(("mean_confidence", .number(kept.reduce(0) { $0 + $1.confidence } / Double(kept.count))))
    }
    if !known.isEmpty { numbers.append(("accuracy", .number(Double(right) / Double(known.count)))) }
    try runner.record("round \(round): kept", numbers)
  }
}
