import RefluxCore
import RefluxIO

/// Where a stage stood when it was saved, beyond the state of its parts.
struct StagePosition {
  /// The stage's name, and which of the strategy's actions it is.
  var stage: String
  var action: Int
  /// Optimizer steps of the stages before this one.
  var stepsBefore: Int
  /// Length of `metrics.jsonl`.
  var metricsBytes = 0
  var evaluated: EvaluatedStep?
  var best: BestStep?
  /// Whether an observer has ended the stage early.
  var isStopped = false
}

/// The last evaluation of a stage: after which step, and what came out.
struct EvaluatedStep {
  var step: Int
  var splits: [SplitScores]

  /// The number that tells a better model from a worse one: the score of that name, or else the first, of the first split
  /// that has any.
  func headline(_ name: String?) -> Double? {
    splits.lazy.compactMap { $0.scores.first { name == nil || $0.name == name }?.value }.first
  }
}

/// The step that has scored best so far.
struct BestStep {
  var step: Int
  var metric: Double
}

// MARK: - As JSON

extension StagePosition {
  var json: JSON {
    [
      "stage": .string(stage), "action": .integer(action), "steps_before": .integer(stepsBefore),
      "metrics_bytes": .integer(metricsBytes), "stopped": .bool(isStopped), "evaluated": evaluated?.json ?? .null,
      "best": best?.json ?? .null,
    ]
  }

  init(_ fields: JSONFields) throws {
    stage = try fields.required("stage", fields.string)
    action = try fields.required("action", fields.integer)
    stepsBefore = try fields.required("steps_before", fields.integer)
    metricsBytes = try fields.required("metrics_bytes", fields.integer)
    isStopped = try fields.required("stopped", fields.bool)
    evaluated = try fields.fields("evaluated").map(EvaluatedStep.init)
    best = try fields.fields("best").map(BestStep.init)
  }
}

extension EvaluatedStep {
  var json: JSON { ["step": .integer(step), "splits": .array(splits.map(\.json))] }

  init(_ fields: JSONFields) throws {
    step = try fields.required("step", fields.integer)
    splits = try fields.required("splits", fields.array).map { try SplitScores(JSONFields($0, path: fields.path)) }
  }
}

extension BestStep {
  var json: JSON { ["step": .integer(step), "metric": .number(metric)] }

  init(_ fields: JSONFields) throws {
    step = try fields.required("step", fields.integer)
    metric = try fields.required("metric", fields.number)
  }
}
