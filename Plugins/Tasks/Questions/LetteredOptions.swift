import RefluxCore

/// The options of a question, named A, B, C and so on.
struct LetteredOptions: Equatable {
  let texts: [String]

  /// `(A) 24 (B) 120`.
  var listed: String {
    texts.enumerated().map { "(\(Self.letter($0))) \($1)" }.joined(separator: " ")
  }

  static func letter(_ index: Int) -> String { String(UnicodeScalar(UInt8(65 + index))) }

  /// `A)24`, `B)120`: one option each.
  ///
  /// Returns `nil` if they are not called A, B, C in order.
  init?(separate options: [String]) {
    guard (2...26).contains(options.count) else { return nil }
    var texts: [String] = []
    for (index, option) in options.enumerated() {
      let rest = option.drop { $0.isWhitespace || $0 == "(" }
      guard rest.first?.uppercased() == Self.letter(index) else { return nil }
      let behind = rest.dropFirst().drop { $0 == " " }
      guard behind.first == ")" else { return nil }
      texts.append(behind.dropFirst().trimmed)
    }
    self.texts = texts
  }

  /// `a ) 24 , b ) 1,200 , c ) 625`, or the same as a Python list of texts: `['a ) 24', 'b ) 120']`.
  ///
  /// Returns `nil` if they are not called a, b, c in order.
  init?(joined options: String) {
    let text = options.trimmed
    let isList = text.hasPrefix("[") && text.hasSuffix("]")
    var rest = isList ? text.dropFirst().dropLast() : text[...]
    var parts: [String] = []
    while parts.count < 26, !rest.isEmpty {
      // The next option begins where its letter does; commas may be part of a number.
      let next = Self.letter(parts.count + 1).lowercased()
      let ends = (isList ? ["', '", "\", '", "', \"", "\", \""] : [" , ", ", "]).map { "\($0)\(next) )" }
      let end = ends.compactMap { rest.firstRange(of: $0)?.lowerBound }.min()
      var part = rest[..<(end ?? rest.endIndex)].trimmed
      rest = end.map { rest[$0...].drop { ",'\" ".contains($0) } } ?? ""
      if isList { part = String(part.drop { "'\"".contains($0) }.reversed().drop { "'\"".contains($0) }.reversed()) }
      parts.append(part)
    }
    self.init(separate: parts)
  }
}

/// The defaults of benchmarks whose answer is an option's letter.
enum LetteredDefaults: TextBenchmarkDefaults {
  static let prompt = "Question: {question}\nOptions: {options}\nAnswer:"
  static let response = " {solution} The answer is {answer}."
  static let validationSize = 0
}

extension WrittenQuestion {
  /// A question with lettered options; `correct` is the column that holds the right one's letter.
  init(_ row: DataRow, question: String, _ options: LetteredOptions, rationale: String, correct: String) throws {
    let given = try row.text(correct).trimmed
    let letters = options.texts.indices.map(LetteredOptions.letter)
    guard let right = letters.firstIndex(of: given.uppercased()) else {
      throw row.error("'\(correct)' wants one of \(letters.joined(separator: ", ")), but is '\(given)'")
    }
    texts = [
      "question": question, "options": options.listed, "solution": solution(rationale), "answer": letters[right],
    ]
    answer = .option(right)
    choice = TextChoice(context: "Question: \(question)\nAnswer:", texts: options.texts)
  }
}
