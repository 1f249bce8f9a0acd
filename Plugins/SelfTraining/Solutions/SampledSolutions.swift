import RefluxCore

/// Solutions that the model samples for the training questions, as far as their answers are right.
///
/// One nearly greedy sample and a hint for what is not solved: STaR (Zelikman et al., 2022). Many samples and none: ReST-EM
/// (Singh et al., 2023).
struct SampledSolutions: RoundData {
  static let name = "sampled-solutions"
  static let summary = "Solutions of the training questions that the model samples and whose answers are right."
  static let suits: Set<PredictionForm> = [.text]
  static let checksAnswers = true
  typealias Options = SolutionOptions

  private let options: Options
  private var pool: QuestionPool?

  init(_ options: Options, _: inout BuildContext) { self.options = options }

  mutating func begin(_ runner: any Runner) throws -> (any Dataset)? {
    let pool = try QuestionPool(runner.task, options, seed: runner.seed)
    self.pool = pool
    return options.goldFirst ? try runner.makeDataset("labelled rows: data") { pool.gold } : nil
  }

  func data(ofRound round: Int, _: Predictor, _ runner: any Runner) throws -> RoundYield {
    guard let pool else { preconditionFailure("a round before the beginning") }
    let name = "round \(round)"
    var report = RoundReport(pool.questions)
    try solve(pool, Array(pool.questions.indices), hinted: false, "\(name): samples", runner, &report)
    if options.hint, !report.unsolved.isEmpty {
      try solve(pool, report.unsolved, hinted: true, "\(name): samples with a hint", runner, &report)
    }
    try runner.record("\(name): solutions", rows: report.rows)
    try runner.record("\(name): kept", report.numbers(withHints: options.hint))
    guard report.keeps else { return .nothing(of: "the \(report.samples)", because: report.reason(options)) }
    return .data(
      try runner.makeDataset("\(name): data") {
        (options.goldMixed ? pool.gold : [])
          + report.kept.map { pool.example(pool.questions[$0.place], $0.response) }
      })
  }

  /// Samples solutions of the questions at some places, and checks them.
  private func solve(
    _ pool: QuestionPool, _ places: [Int], hinted: Bool, _ name: String, _ runner: any Runner,
    _ report: inout RoundReport
  ) throws {
    let check = SolutionCheck(answers: pool.answers, limit: options.perQuestion == 0 ? .max : options.perQuestion)
    let texts = try runner.generate(
      name, after: places.map { pool.prompt($0, hinted: hinted) }, samples: options.samples, pool.generation)
    for (place, texts) in zip(places, texts) {
      let solved = pool.questions[place]
      let checked = check(
        texts.map(\.text), right: solved.answer, known: options.goldMixed ? [solved.response] : [], hinted: hinted)
      report.add(checked, unfinished: texts.count { !$0.isFinished }, at: place)
    }
  }
}
