/// A whole training program: which stages run, in which order, on which data.
///
/// Written as ordinary code against a ``Runner``. Each stage has a name; a
/// finished stage is skipped when the run is resumed.
public protocol Strategy: Component {
  func run(_ runner: any Runner) throws
}

/// What a strategy can ask for. `RefluxTrain.Run` does the work; tests use a fake that only takes notes.
public protocol Runner: AnyObject {
  var modules: ModuleSet { get set }
  var task: any Task { get }
  var seed: UInt64 { get }

  /// Trains with an objective and returns it, with whatever it remembers; the updated models are left in `modules`.
  @discardableResult func train(_ name: String, _ plan: TrainPlan) throws -> any Objective
  /// Scores a way of answering on a split.
  func evaluate(_ name: String, on split: Split, _ predict: Predictor) throws -> [String: Double]
  /// Makes a dataset by running code (usually: generating text). The result is stored with the run.
  func makeDataset(_ name: String, _ body: (any Task) throws -> any Dataset) throws -> any Dataset
}

public typealias Predictor = (TokenBlock, ModuleSet, inout ForwardPass) throws -> ModelOutput

/// Everything one training stage needs.
public struct TrainPlan {
  public var objective: any Objective
  public var sampler: any Sampler
  public var learners: [String: Learner]
  public var data: (any Dataset)?  // nil: the task's training split
  public var epochs: Int
  public var accumulation: Int
  public var clipNorm: Float?
  public var evaluateEvery: Int?

  public init(
    _ objective: any Objective, sampler: any Sampler, learners: [String: Learner], data: (any Dataset)? = nil,
    epochs: Int, accumulation: Int = 1, clipNorm: Float? = nil, evaluateEvery: Int? = nil
  ) {
    (self.objective, self.sampler, self.learners, self.data) = (objective, sampler, learners, data)
    (self.epochs, self.accumulation, self.clipNorm, self.evaluateEvery) = (
      epochs, accumulation, clipNorm, evaluateEvery
    )
  }

  public func isEvaluationDue(_ progress: Progress) -> Bool {
    evaluateEvery.map(progress.step.isMultiple(of:)) ?? false
  }
}

/// The training options every strategy shares. Include them with ``TrainOptions``' fields in a recipe's `train:` block.
public struct TrainOptions: ComponentOptions {
  @Option("Times the data is seen.") public var epochs = 3
  @Option("Batches per optimizer step.") public var accumulation = 1
  @Option("Longest allowed gradient.") public var clipNorm: Float? = nil
  @Option("Steps between evaluations.") public var evaluateEvery: Int? = nil
  @Option("Which examples are trained on together.") public var sampler: Blueprint<any Sampler> = "shuffled"
  @Option("How parameters are moved.") public var optimizer: Blueprint<any Optimizer> = "adamw"
  @Option("The learning rate over time.") public var schedule: Blueprint<any LearningRateSchedule> = "constant"
  public init() {}

  /// A plan that trains `learners` (default: the student) with these options.
  public func plan(_ objective: any Objective, _ context: inout BuildContext, learners: [String] = ["student"]) throws
    -> TrainPlan
  {
    var built: [String: Learner] = [:]
    for name in learners { built[name] = Learner(try optimizer.build(&context), try schedule.build(&context)) }
    return TrainPlan(
      objective, sampler: try sampler.build(&context), learners: built,
      epochs: epochs, accumulation: accumulation, clipNorm: clipNorm, evaluateEvery: evaluateEvery)
  }
}

/// Options can nest: `train: { epochs: 3, optimizer: adamw }`.
extension TrainOptions: OptionValue {
  public static var typeName: String { "training options" }
  public init(_ node: RecipeNode, _ scope: OptionScope) throws {
    self = try OptionsReader.read(TrainOptions.self, from: node, owner: "'train'", scope)
  }
  public func resolved(_ scope: OptionScope) throws -> TrainOptions {
    try OptionsReader.read(TrainOptions.self, from: nil, owner: "'train'", scope)
  }
}
