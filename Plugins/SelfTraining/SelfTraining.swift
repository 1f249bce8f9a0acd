import RefluxCore

/// Rounds of: predict the unlabelled rows, keep the surest answers as labels, train on the labelled rows and on those.
///
/// Before the first round the model is trained on the labelled rows alone. Each round and that first training use the
/// same objective and sampler, whatever they are. A round labels all rows anew, so an early mistake can be undone.
struct SelfTraining: Strategy {
  static let name = "self-training"
  static let summary = "Rounds of labelling the unlabelled rows with the model and training on the surest ones."
  enum Start: String, OptionChoice { case base, previous }
  struct Options: ComponentOptions {
    @Option("Rounds of predicting and training, after the training on the labelled rows alone.", in: 1...100)
    var rounds = 3
    @Option("What each batch teaches, in every round.") var objective: Blueprint<any Objective> = "supervised"
    @Option("How to train, in every round.") var train = TrainOptions()
    @Option(
      "Which answers become labels; confident: those with at least this `confidence`; best: the surest `per_class` of each"
        + " predicted class.")
    var keep = Selection.Rule.confident
    @Option("The probability that an answer needs with keep: confident.", in: 0...1, aliases: ["threshold"])
    var confidence: Float = 0.9
    @Option("How many answers of each class are kept with keep: best.", in: 1...10_000_000) var perClass = 100
    @Option("base: each round trains the model that the run began with; previous: the one of the round before.")
    var start = Start.base
    @Option(
      "Share of the training rows whose labels are hidden and that count as unlabelled; 0: the rows of `unlabeled_split`.",
      in: 0...0.99)
    var heldOut: Float = 0
    @Option("The split of unlabelled rows.") var unlabeledSplit = "unlabeled"
  }

  private let options: Options
  private let plan: TrainPlan
  private let selection: Selection

  init(_ options: Options, _ context: inout BuildContext) throws {
    self.options = options
    plan = try options.train.plan(try options.objective.build(&context), &context)
    selection = Selection(rule: options.keep, confidence: Double(options.confidence), perClass: options.perClass)
  }

  func run(_ runner: any Runner) throws {
    if runner.task.prediction == .score {
      throw RecipeError("self-training keeps the answers a model is sure of, but this task predicts a number")
    }
    let pool = try Pool(
      runner.task, heldOut: options.heldOut, split: Split(rawValue: options.unlabeledSplit), seed: runner.seed)
    let base = options.start == .base ? runner.modules : nil
    let unlabeled = try runner.makeDataset("unlabelled rows") {
      pool.unlabeled.map { Example(rows: $0.rows) }
    }
    var trained = try runner.train(
      "labelled rows", stage(try runner.makeDataset("labelled rows: data") { pool.labeled }))
    for round in 1...options.rounds {
      let answers = try runner.predict("round \(round): predict", on: unlabeled, trained.predict).enumerated().map {
        ExampleAnswer($1.example, logits: $1.logits, label: pool.unlabeled[$0].label)
      }
      let kept = selection.kept(of: answers)
      try report(kept, of: answers, round, pool, runner)
      guard !kept.isEmpty else { return try runner.note(nothingKept(round, of: answers)) }
      let data = try runner.makeDataset("round \(round): data") {
        pool.labeled + kept.map { Example(rows: pool.unlabeled[$0.row].rows, label: .category($0.label)) }
      }
      if let base { runner.modules = base }
      trained = try runner.train("round \(round)", stage(data))
    }
  }

  private func stage(_ data: any Dataset) -> TrainPlan {
    var plan = plan
    plan.data = data
    return plan
  }

  private func nothingKept(_ round: Int, of answers: [ExampleAnswer]) -> String {
    let surest = answers.compactMap { $0.probabilities.max() }.max() ?? 0
    let shown = (surest * 10_000).rounded() / 10_000
    return "round \(round) keeps none of the \(answers.count) unlabelled rows, so the rounds end here with the model "
      + "trained before it: the surest answer has a probability of \(shown), and confidence wants \(options.confidence); "
      + "lower confidence or set keep: best"
  }

  /// Writes which rows were kept and how often their label was right, where that is known.
  private func report(
    _ kept: [Kept], of answers: [ExampleAnswer], _ round: Int, _ pool: Pool, _ runner: any Runner
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
    try runner.record(
      "round \(round): kept",
      [
        ("unlabelled", Double(answers.count)), ("kept", Double(kept.count)),
      ]
        + (kept.isEmpty
          ? [] : [("mean_confidence", kept.reduce(0) { $0 + $1.confidence } / Double(kept.count))])
        + (known.isEmpty ? [] : [("accuracy", Double(right) / Double(known.count))]))
  }
}
