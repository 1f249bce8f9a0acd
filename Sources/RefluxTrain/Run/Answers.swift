import RefluxCore
import RefluxIO

/// How an answer looks in a file: `{"label", "probabilities", "logits"}`.
public struct AnswerFormat: Sendable {
  let kind: PredictionKind
  public init(_ kind: PredictionKind) { self.kind = kind }

  /// The label is a class's name, a number, or the choice's index; numbers are written at full precision, and `null`
  /// where there is none (NaN).
  public func json(_ logits: [Float]) -> JSONObject {
    let answer = ExampleAnswer(ExampleID(0), logits: logits, label: nil)
    var fields = JSONObject()
    switch kind {
    case .classes(let names):
      fields["label"] = names.indices.contains(answer.choice) ? .string(names[answer.choice]) : .integer(answer.choice)
      fields["probabilities"] = .array(answer.probabilities.map(JSON.number))
    case .choice:
      fields["label"] = .integer(answer.choice)
      fields["probabilities"] = .array(answer.probabilities.map(JSON.number))
    case .text: return fields
    case .score:
      fields["label"] = logits.first.map { JSON($0) } ?? .null
    }
    fields["logits"] = .array(logits.map { JSON($0) })
    return fields
  }

  /// What was right, in the same words as `label`.
  func json(_ label: Label) -> JSON {
    switch (label, kind) {
    case (.category(let index), .classes(let names)) where names.indices.contains(index): .string(names[index])
    case (.category(let index), _): .integer(index)
    case (.score(let value), _): JSON(value)
    }
  }

  /// Writes one line per example, in order: its number, the answer, and what was right where that is known.
  func write(_ answers: [ExampleAnswer], to path: String) throws {
    try AtomicFile.write(to: path) { file in
      for (index, answer) in answers.enumerated() {
        var line = JSONObject([("index", .integer(index))])
        for (key, value) in json(answer.logits).entries { line[key] = value }
        if let likelihood = answer.likelihood {
          line["log_likelihood"] = .number(likelihood.sum)
          line["tokens"] = .integer(likelihood.tokens)
        }
        if let label = answer.label { line["gold"] = json(label) }
        try file.append((JSON.object(line).finite.text + "\n").utf8)
      }
    }
  }
}
