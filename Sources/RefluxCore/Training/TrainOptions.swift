/// The training options every strategy shares, in a recipe's `train:` block.
public struct TrainOptions: OptionGroup {
  public static let typeName = "train"

  @Option("Times the data is seen.", in: 1...100_000, aliases: ["num_train_epochs", "num_epochs"])
  public var epochs = 3
  @Option("Multiplies the epochs; 2 is double fine-tuning.", in: 1...1000) public var epochFactor = 1
  @Option("Stops after so many optimizer steps, if the epochs last longer.", in: 1...) public var maxSteps: Int? = nil
  @Option("Batches per optimizer step.", in: 1...100_000, aliases: ["gradient_accumulation_steps"])
  public var accumulation = 1
  @Option(
    "Longest allowed gradient; a longer one is scaled down to it. 0: any length.", in: 0...1e30,
    aliases: ["max_grad_norm", "gradient_clipping"])
  public var clipNorm: Float = 1
  @Option("Optimizer steps between evaluations.", in: 1..., aliases: ["eval_steps"])
  public var evaluateEvery: Int? = nil
  @Option("Whether the model is scored at the end of each epoch.") public var evaluateEpochs = true
  @Option(
    "Whether to end with the weights that scored best instead of the last ones.", aliases: ["load_best_model_at_end"])
  public var loadBest = false
  @Option(
    "The score that is highest at the best weights, such as answer_accuracy; default: the task's first.",
    aliases: ["metric_for_best_model"])
  public var bestMetric: String? = nil
  @Option("Between checkpoints: optimizer steps (500) or time (90s, 10m, 2h).", aliases: ["save_steps"])
  public var saveEvery: SaveInterval? = nil
  @Option("Checkpoints kept, besides the best.", in: 1...100_000, aliases: ["save_total_limit"]) public var keep = 2
  @Option("Whether metrics.jsonl has the length of each layer's gradient, too, at every step.")
  public var logLayerGradients = false
  @Option("Which examples are trained on together.", inline: true)
  public var sampler: Blueprint<any Sampler> = "shuffled"
  @Option("How parameters are moved.", aliases: ["optim"], inline: true)
  public var optimizer: Blueprint<any Optimizer> = "adamw"
  @Option("The learning rate over time.", aliases: ["lr_scheduler_type"], inline: true)
  public var schedule: Blueprint<any LearningRateSchedule> = "linear"
  public init() {}

  /// A plan that trains `learners` (default: the student) with these options.
  ///
  /// Throws `RecipeError` if the objective needs repeated examples and the sampler has none.
  public func plan(
    _ objective: any Objective, _ context: inout BuildContext, learners: [String] = [ModelRole.student]
  ) throws -> TrainPlan {
    var built: [String: Learner] = [:]
    let sampler = try sampler.build(&context)
    guard sampler.repeats || !type(of: objective).needsRepeats else {
      throw RecipeError(
        "this sampler '\(type(of: sampler).name)' repeats no example of the step before, and the objective "
          + "'\(type(of: objective).name)' learns from those that are repeated")
    }
    for name in learners { built[name] = Learner(try optimizer.build(&context), try schedule.build(&context)) }
    return TrainPlan(
      objective, sampler: sampler, learners: built, epochs: epochs * epochFactor,
      maxSteps: maxSteps, accumulation: accumulation, clipNorm: clipNorm > 0 ? clipNorm : nil,
      evaluation: EvaluationPlan(
        everySteps: evaluateEvery, everyEpoch: evaluateEpochs, loadsBest: loadBest,
        bestScore: bestMetric.map { $0.hasPrefix("eval_") ? String($0.dropFirst(5)) : $0 }),
      checkpoints: CheckpointPlan(every: saveEvery, keep: keep), logsLayerGradients: logLayerGradients)
  }
}
