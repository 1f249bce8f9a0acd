import RefluxCore

/// Uses everything a runner offers: trains, asks, makes data of the answers, records, and trains on them.
struct Rounds: Strategy {
  static let name = "rounds"
  static let summary = "Two stages with made data in between, for tests."
  struct Options: ComponentOptions {
    @Option("What each batch teaches.") var objective: Blueprint<any Objective> = "supervised"
    @Option("How to train.") var train = TrainOptions()
  }

  let plan: TrainPlan
  init(_ options: Options, _ context: inout BuildContext) throws {
    plan = try options.train.plan(try options.objective.build(&context), &context)
  }

  func run(_ runner: any Runner) throws {
    let first = try runner.train("first", plan)
    let answers = try runner.predict("answers", on: try runner.dataset(.train), first.predict)
    let sure = answers.sorted { ($0.probabilities.max() ?? 0) > ($1.probabilities.max() ?? 0) }.prefix(20)
    var plan = plan
    let examples = try runner.task.examples(.train)
    plan.data = try runner.makeDataset("sure answers") {
      sure.map { Example(rows: examples[$0.example.rawValue].rows, label: .category($0.choice)) }
    }
    try runner.record("kept", [("count", .integer(sure.count))])
    try runner.record("kept rows", rows: sure.map { answer in [("index", .integer(answer.example.rawValue))] })
    try runner.train("second", plan)
  }
}
