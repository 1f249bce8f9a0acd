import RefluxCore

/// The ordinary run: one stage of training, which the runner scores.
struct Single: Strategy {
  static let name = "single"
  static let summary = "Trains once, with one objective."
  struct Options: ComponentOptions {
    @Option("What each batch teaches.") var objective: Blueprint<any Objective> = "supervised"
    @Option("How to train.") var train = TrainOptions()
    @Option("The models that learn; all others stay as they are.") var learners = [ModelRole.student]
  }

  let plan: TrainPlan
  init(_ options: Options, _ context: inout BuildContext) throws {
    plan = try options.train.plan(try options.objective.build(&context), &context, learners: options.learners)
  }

  func run(_ runner: any Runner) throws {
    try runner.train("train", plan)
  }
}
