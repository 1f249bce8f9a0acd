import RefluxCore
import RefluxIO

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

/// The scores of one split, the headline first.
public struct SplitScores {
  public var split: Split
  public var examples: Int
  /// The questions that were asked: examples that do not fit are none, but their questions are; `nil` where nothing is
  /// asked.
  public var questions: Int?
  /// Mean loss of the labels; `nil` without labels.
  public var loss: Double?
  public var scores: [(name: String, value: Double)]
}

/// The step that has scored best so far.
struct BestStep {
  var step: Int
  var metric: Double
}

extension EvaluatedStep {
  var json: JSON { ["step": .integer(step), "splits": .array(splits.map(\.json))] }

  init(_ fields: JSONFields) throws {
    step = try fields.required("step", fields.integer)
    splits = try fields.required("splits", fields.array).map { try SplitScores(JSONFields($0, path: fields.path)) }
  }
}

extension SplitScores {
  public var json: JSON {
    var fields = JSONObject([("split", .string(split.rawValue)), ("examples", .integer(examples))])
    fields["questions"] = questions.map(JSON.integer)
    fields["loss"] = loss.map(JSON.number) ?? .null
    fields["scores"] = .object(JSONObject(scores.map { ($0.name, .number($0.value)) }))
    return .object(fields)
  }

  init(_ fields: JSONFields) throws {
    split = Split(rawValue: try fields.required("split", fields.string))
    examples = try fields.required("examples", fields.integer)
    questions = try fields.integer("questions")
    loss = try fields.number("loss")
    scores = try fields.required("scores", fields.fields).object.entries.map { ($0.key, $0.value.number ?? .nan) }
  }
}

extension BestStep {
  var json: JSON { ["step": .integer(step), "metric": .number(metric)] }

  init(_ fields: JSONFields) throws {
    step = try fields.required("step", fields.integer)
    metric = try fields.required("metric", fields.number)
  }
}
