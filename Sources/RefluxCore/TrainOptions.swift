/// The training options every strategy shares, in a recipe's `train:` block.
public struct TrainOptions: ComponentOptions {
  @Option("Times the data is seen.", in: 1...100_000) public var epochs = 3
  @Option("Stops after so many optimizer steps, if the epochs last longer.") public var maxSteps: Int? = nil
  @Option("Batches per optimizer step.", in: 1...100_000) public var accumulation = 1
  @Option("Longest allowed gradient; a longer one is scaled down to it. 0: any length.", in: 0...1e30) public
    var clipNorm: Float = 1
  @Option("Optimizer steps between evaluations.") public var evaluateEvery: Int? = nil
  @Option("Whether the model is scored at the end of each epoch.") public var evaluateEpochs = true
  @Option("Whether to end with the weights that scored best instead of the last ones.") public var loadBest = false
  @Option("Between checkpoints: optimizer steps (500) or time (90s, 10m, 2h).") public var saveEvery: SaveInterval? =
    nil
  @Option("Checkpoints kept, besides the best.", in: 1...100_000) public var keep = 2
  @Option("Which examples are trained on together.") public var sampler: Blueprint<any Sampler> = "shuffled"
  @Option("How parameters are moved.") public var optimizer: Blueprint<any Optimizer> = "adamw"
  @Option("The learning rate over time.") public var schedule: Blueprint<any LearningRateSchedule> = "linear"
  public init() {}

  public func validate() throws {
    for (name, value) in [("max_steps", maxSteps), ("evaluate_every", evaluateEvery)] {
      if let value, value < 1 { throw RecipeError("\(name) must be at least 1, but is \(value)") }
    }
  }

  /// A plan that trains `learners` (default: the student) with these options.
  public func plan(_ objective: any Objective, _ context: inout BuildContext, learners: [String] = ["student"]) throws
    -> TrainPlan
  {
    var built: [String: Learner] = [:]
    for name in learners { built[name] = Learner(try optimizer.build(&context), try schedule.build(&context)) }
    return TrainPlan(
      objective, sampler: try sampler.build(&context), learners: built, epochs: epochs, maxSteps: maxSteps,
      accumulation: accumulation, clipNorm: clipNorm > 0 ? clipNorm : nil,
      evaluation: EvaluationPlan(everySteps: evaluateEvery, everyEpoch: evaluateEpochs, loadsBest: loadBest),
      checkpoints: CheckpointPlan(every: saveEvery, keep: keep))
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
