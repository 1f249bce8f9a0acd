import RefluxCore
import RefluxIO

/// What a language model made of one question.
struct QuestionResponse {
  var gold: Answer
  /// What it wrote; `nil` if it was not asked to.
  var text: String?
  /// The answer that was found in the text.
  var answer: Answer?
  /// The places of the likeliest option, and of the likeliest for its length.
  var best: (plain: Int, perCharacter: Int)?

  init(gold: Answer) { self.gold = gold }

  /// `text`, `answer`, `right`, `choice`, `choice_per_character`, as far as they were asked for, and `gold`.
  func fields(_ kind: AnswerKind) -> [(String, JSON)] {
    var fields: [(String, JSON)] = []
    if let text {
      fields += [
        ("text", .string(text)), ("answer", answer?.json(kind) ?? .null), ("right", .bool(answer == gold)),
      ]
    }
    if let best {
      fields += [
        ("choice", Answer.option(best.plain).json(kind)),
        ("choice_per_character", Answer.option(best.perCharacter).json(kind)),
      ]
    }
    return fields + [("gold", gold.json(kind))]
  }
}

extension Answer {
  /// As responses write it: a number, or an option's letter or digit.
  fileprivate func json(_ kind: AnswerKind) -> JSON {
    switch (self, kind) {
    case (.number(let value), _): Int(exactly: value).map(JSON.integer) ?? .number(value)
    case (.option(let place), .letter): .string(String(UnicodeScalar(UInt8(ascii: "A") + UInt8(place))))
    case (.option(let place), _): .integer(place + 1)
    }
  }
}
