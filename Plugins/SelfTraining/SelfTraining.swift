import RefluxCore

/// Rounds of: let the model make data, keep what can be trusted, train on it.
///
/// What data is made of is ``RoundData``'s business: labels of unlabelled rows, solutions of questions. Every training uses
/// the same objective and sampler, whatever they are. A round makes its data anew, so an early mistake can be undone, and
/// by default starts from the model that the run began with, so that mistakes do not add up.
struct SelfTraining: Strategy {
  static let name = "self-training"
  static let summary = "Rounds of making data with the model itself and training on what can be trusted of it."
  enum Start: String, OptionChoice { case base, previous }
  struct Options: ComponentOptions {
    @Option("Rounds of making data and training.", in: 1...100) var rounds = 3
    @Option("How a round makes the data that it trains on.") var data: Blueprint<any RoundData> = "pseudo-labels"
    @Option("What each batch teaches, in every round.") var objective: Blueprint<any Objective> = "supervised"
    @Option("How to train, in every round.") var train = TrainOptions()
    @Option("base: each round trains the model that the run began with; previous: the one of the round before.")
    var start = Start.base
    @Option("Multiplies train.max_steps from round to round; STaR takes 1.2.", in: 0.01...100)
    var stepGrowth: Float = 1

    func validate() throws {
      guard stepGrowth == 1 || train.maxSteps != nil else {
        throw RecipeError("step_growth multiplies train.max_steps, which is not given")
      }
    }
  }

  private let options: Options
  private let plan: TrainPlan
  private let data: any RoundData

  init(_ options: Options, _ context: inout BuildContext) throws {
    self.options = options
    plan = try options.train.plan(try options.objective.build(&context), &context)
    data = try options.data.build(&context)
  }

  var splits: [Split] { data.splits }

  func run(_ runner: any Runner) throws {
    var data = data
    let base = options.start == .base ? runner.modules : nil
    var (last, isTrained) = (plan.objective, false)
    if let first = try data.begin(runner) {
      (last, isTrained) = (try runner.train("labelled rows", stage(on: first)), true)
    }
    for round in 1...options.rounds {
      switch try data.data(ofRound: round, last.predict, runner) {
      case .nothing(let rows, let reason):
        let kept = "round \(round) keeps none of \(rows)"
        guard isTrained else { throw RecipeError("\(kept), and nothing was trained before it: \(reason)") }
        return try runner.note("\(kept), so the rounds end here with the model trained before it: \(reason)")
      case .data(let made):
        if let base { runner.modules = base }
        (last, isTrained) = (try runner.train("round \(round)", stage(on: made, round: round)), true)
      }
    }
  }

  private func stage(on data: any Dataset, round: Int = 1) -> TrainPlan {
    var plan = plan
    plan.data = data
    if let first = plan.maxSteps {
      let steps = (1..<round).reduce(Double(first)) { steps, _ in steps * Double(options.stepGrowth) }
      plan.maxSteps = max(1, Int(min(steps, 1e15).rounded()))
    }
    return plan
  }
}
