import RefluxCore
import RefluxIO

/// What a run has come to so far.
public struct RunResults {
  /// Optimizer steps of all finished stages.
  public private(set) var steps = 0
  public private(set) var seconds = 0.0
  public private(set) var tokens = 0
  public var tokensPerSecond: Double { seconds > 0 ? Double(tokens) / seconds : 0 }
  /// The last scores, by split, in the order of the splits.
  public private(set) var scores: [(split: Split, scores: [(name: String, value: Double)])] = []
  /// What strategies recorded, in order.
  public private(set) var recorded: [(stage: String, values: [(name: String, value: RecordedValue)])] = []
  private(set) var trainerState: JSON = .null
  private var splits: [SplitScores] = []

  init() {}

  mutating func record(_ position: StagePosition, seconds: Double, tokens: Int, trainerState: JSON, steps: Int) {
    self.steps = position.stepsBefore + steps
    self.seconds += seconds
    self.tokens += tokens
    self.trainerState = trainerState
    for scores in position.evaluated?.splits ?? [] { record(scores) }
  }

  mutating func record(_ scores: SplitScores) {
    splits.removeAll { $0.split == scores.split }
    splits.append(scores)
    self.scores = splits.map { ($0.split, $0.scores) }
  }

  mutating func record(_ values: [(name: String, value: RecordedValue)], of stage: String) {
    recorded.append((stage, values))
  }

  /// What strategies recorded, by stage.
  public var recordedFields: [(String, JSON)] {
    recorded.map { stage, values in (stage, .object(JSONObject(values.map { ($0.name, $0.value.json) }))) }
  }

  /// `eval_results.json`.
  var evaluation: JSONObject {
    JSONObject(splits.enumerated().flatMap { $1.summary(isFirst: $0 == 0) })
  }

  /// `all_results.json`: the evaluation, what training took, and what strategies recorded.
  var all: JSONObject {
    var fields = evaluation
    fields["train_steps"] = .integer(steps)
    fields["train_runtime"] = .number(seconds)
    fields["train_tokens_per_second"] = .number(tokensPerSecond)
    for (stage, values) in recordedFields { fields[stage] = values }
    return fields
  }
}
