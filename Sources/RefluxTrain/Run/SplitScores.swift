import RefluxCore
import RefluxIO

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
