/// What the answer to a question looks like, and how it is found in a text.
public enum AnswerKind: Sendable, Equatable {
  case number
  /// The letter of one of so many options, from A.
  case letter(count: Int)
  /// The number of one of so many options, from 1.
  case digit(count: Int)

  /// What stands in front of the answer.
  public static let marker = "The answer is"

  /// The answer that a text gives after the first marker, in one way of writing; `nil` when it gives none.
  ///
  /// A later marker changes nothing, nor does what comes after the answer's line.
  public func answer(in text: String) -> Answer? {
    Self.line(in: text).flatMap { read(String($0)) }
  }

  /// What stands behind the first marker, to the end of the line that the answer is on; `nil` without a marker.
  public static func line(in text: String) -> Substring? {
    guard let marker = text.firstRange(of: marker) else { return nil }
    return text[marker.upperBound...].drop { $0.isWhitespace || $0 == ":" }.prefix { !$0.isNewline }
  }

  /// An answer that stands alone, as files of a benchmark give it.
  public func read(_ text: String) -> Answer? {
    switch self {
    case .number: return AnswerNumber.first(in: text).map(Answer.number)
    case .digit(let count):
      guard let number = AnswerNumber.first(in: text), let digit = Int(exactly: number), (1...count).contains(digit)
      else { return nil }
      return .option(digit - 1)
    case .letter(let count): return Self.letter(text, count).map(Answer.option)
    }
  }

  /// The first option's letter that is a word of its own.
  ///
  /// A small one counts only if no other word comes before it, and a small "a" not in front of a word, where it is an
  /// article.
  private static func letter(_ text: String, _ count: Int) -> Int? {
    let characters = Array(text)
    func isWord(_ index: Int) -> Bool {
      characters.indices.contains(index) && (characters[index].isLetter || characters[index].isNumber)
    }
    var wordsBefore = false
    for (index, character) in characters.enumerated() where isWord(index) {
      let standsAlone = !isWord(index - 1) && !isWord(index + 1)
      if standsAlone, let number = number(character), number < count {
        let isArticle =
          character == "a" && index + 2 < characters.count && characters[index + 1] == " "
          && isWord(index + 2)
        if character.isUppercase || !wordsBefore && !isArticle { return number }
      }
      wordsBefore = true
    }
    return nil
  }

  private static func number(_ letter: Character) -> Int? {
    guard let value = Character(letter.uppercased()).asciiValue, (65...90).contains(value) else { return nil }
    return Int(value) - 65
  }
}

/// An answer in one way of writing.
public enum Answer: Sendable {
  case number(Double)
  /// The place of an option, from 0.
  case option(Int)
}

extension Answer: Equatable {
  public static func == (first: Answer, second: Answer) -> Bool {
    switch (first, second) {
    case (.number(let first), .number(let second)): AnswerNumber.areEqual(first, second)
    case (.option(let first), .option(let second)): first == second
    case (.number, .option), (.option, .number): false
    }
  }
}
