import RefluxCore

/// What becomes of a sampled solution.
enum Judgement: String {
  case kept
  /// Right, and said before.
  case duplicate
  /// Right and different, but there were enough of its question.
  case surplus
  case wrong
  case unanswered = "no answer"

  var isRight: Bool { self == .kept || self == .duplicate || self == .surplus }
}

/// A sampled solution that has been looked at.
struct CheckedSolution {
  /// What it teaches: the text to the end of the line that its answer is on.
  let response: String
  let judgement: Judgement
  let isHinted: Bool
}

/// Which of a question's solutions are right, and which of those are kept.
struct SolutionCheck {
  let answers: AnswerKind
  /// How many are kept of a question, the first different ones.
  let limit: Int

  /// Checks the solutions of one question, in order; `known` are responses that are trained on anyway.
  func callAsFunction(
    _ texts: [String], right answer: Answer, known: [String] = [], hinted: Bool = false
  ) -> [CheckedSolution] {
    var (seen, kept) = (Set(known.map(Self.normalized)), 0)
    return texts.map { text in
      let response = Self.response(of: text)
      func checked(_ judgement: Judgement) -> CheckedSolution {
        CheckedSolution(response: response, judgement: judgement, isHinted: hinted)
      }
      guard let found = answers.answer(in: text) else { return checked(.unanswered) }
      guard found == answer else { return checked(.wrong) }
      guard seen.insert(Self.normalized(response)).inserted else { return checked(.duplicate) }
      guard kept < limit else { return checked(.surplus) }
      kept += 1
      return checked(.kept)
    }
  }

  /// What comes after the answer's line is not checked, so it must not be learned.
  static func response(of text: String) -> String {
    let whole = AnswerKind.line(in: text).map { text[..<$0.endIndex] } ?? text[...]
    return String(whole.reversed().drop { $0.isWhitespace }.reversed())
  }

  /// Two responses are the same if they have the same words, whatever white space is between them and whichever letters
  /// are capital.
  static func normalized(_ response: String) -> String {
    response.lowercased().split { $0.isWhitespace }.joined(separator: " ")
  }
}
