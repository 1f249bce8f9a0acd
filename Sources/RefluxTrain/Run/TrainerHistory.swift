import RefluxCore
import RefluxIO

/// `trainer_state.json`: the fields that transformers' Trainer writes, with its names.
struct TrainerHistory {
  static let file = "trainer_state.json"
  private var entries: [JSON] = []
  /// What training took so far, of all stages and sittings.
  private(set) var seconds = 0.0
  private(set) var tokens = 0
  private(set) var examples = 0
  /// About how many training entries a stage leaves; every step is in `metrics.jsonl`.
  private static let entriesPerStage = 100

  init() {}

  mutating func add(_ log: StepLog, _ progress: Progress, stepsBefore: Int) {
    seconds += log.seconds
    tokens += log.tokens
    examples += log.examples
    let interval = max(1, progress.totalSteps / Self.entriesPerStage)
    guard progress.step.isMultiple(of: interval) || progress.step == progress.totalSteps else { return }
    let kept = log.fields.filter { ["loss", "learning_rate", "grad_norm"].contains($0.0) }
    entries.append(.object(JSONObject(Self.head(progress, stepsBefore) + kept)))
  }

  mutating func add(_ scores: SplitScores, isFirst: Bool, _ progress: Progress, stepsBefore: Int) {
    let head = Self.head(progress, stepsBefore)
    entries.append(.object(JSONObject(head + scores.summary(isFirst: isFirst))))
  }

  private static func head(_ progress: Progress, _ stepsBefore: Int) -> [(String, JSON)] {
    [("step", .integer(stepsBefore + progress.step)), ("epoch", .number(progress.fractionalEpoch))]
  }

  func json(_ progress: Progress, _ position: StagePosition, _ plan: TrainPlan, in directory: RunDirectory) -> JSON {
    let best = position.best.map { position.stepsBefore + $0.step }
    let saveSteps: JSON = if case .steps(let steps)? = plan.checkpoints.every { .integer(steps) } else { .null }
    return [
      "best_global_step": best.map(JSON.integer) ?? .null,
      "best_metric": position.best.map { .number($0.metric) } ?? .null,
      "best_model_checkpoint": best.map { .string(directory.checkpoint($0)) } ?? .null,
      "epoch": .number(progress.fractionalEpoch), "global_step": .integer(position.stepsBefore + progress.step),
      "max_steps": .integer(position.stepsBefore + progress.totalSteps), "num_train_epochs": .integer(plan.epochs),
      "eval_steps": plan.evaluation.everySteps.map(JSON.integer) ?? .null, "save_steps": saveSteps,
      "total_flos": 0.0, "is_local_process_zero": true, "is_world_process_zero": true,
      "is_hyper_param_search": false, "trial_name": nil, "trial_params": nil,
      "train_runtime": .number(seconds), "num_input_tokens_seen": .integer(tokens),
      "num_examples_seen": .integer(examples), "log_history": .array(entries),
    ]
  }

  init(_ json: JSON, in path: String) throws {
    let fields = try JSONFields(json, path: "\(path)/\(Self.file)")
    entries = try fields.required("log_history", fields.array)
    seconds = try fields.required("train_runtime", fields.number)
    tokens = try fields.required("num_input_tokens_seen", fields.integer)
    examples = try fields.required("num_examples_seen", fields.integer)
  }
}
