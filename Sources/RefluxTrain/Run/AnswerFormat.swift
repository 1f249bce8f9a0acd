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
  ///
  /// - Parameters:
  ///   - answers: Of the examples that were looked at.
  ///   - responses: To a task's questions, by the number of the example, and what the answers in them look like.
  ///   - path: The file.
  /// - Throws: `FileError` if it cannot be written.
  func write(
    _ answers: [ExampleAnswer], _ responses: (kind: AnswerKind, all: [Int: QuestionResponse])? = nil, to path: String
  ) throws {
    let known = Dictionary(answers.map { ($0.example.rawValue, $0) }) { first, _ in first }
    try AtomicFile.write(to: path) { file in
      for number in Set(known.keys).union(responses?.all.keys.map { $0 } ?? []).sorted() {
        var line = JSONObject([("index", .integer(number))])
        for (key, value) in known[number].map(fields) ?? [] { line[key] = value }
        if let (kind, all) = responses { for (key, value) in all[number]?.fields(kind) ?? [] { line[key] = value } }
        try file.append((JSON.object(line).finite.text + "\n").utf8)
      }
    }
  }

  private func fields(_ answer: ExampleAnswer) -> [(String, JSON)] {
    var fields = json(answer.logits).entries.map { ($0.key, $0.value) }
    if let likelihood = answer.likelihood {
      fields += [("log_likelihood", .number(likelihood.sum)), ("tokens", .integer(likelihood.tokens))]
    }
    return fields + (answer.label.map { [("gold", json($0))] } ?? [])
  }
}
