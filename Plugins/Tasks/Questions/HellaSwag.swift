import RefluxCore
import RefluxIO

/// How a described situation goes on: four endings (Zellers et al., 2019).
struct HellaSwag: TextBenchmark {
  static let name = "hellaswag"
  static let summary = "HellaSwag: which of four endings a situation has; the answer is a digit."

  enum Defaults: TextBenchmarkDefaults {
    static let prompt = "{context}\n{endings}\nAnswer:"
    static let response = " The answer is {answer}."
    static let validationSize = 0
  }
  typealias Options = StandardTextOptions<Defaults>

  static let files = TextBenchmarkFiles(
    folder: "hellaswag",
    splits: [
      (.train, ["hellaswag_train.jsonl"]), (.validation, ["hellaswag_val.jsonl"]), (.test, ["hellaswag_test.jsonl"]),
    ], columns: ["activity_label", "ctx_a", "ctx_b", "endings"], optionalColumns: ["label"])
  static let promptPlaces = ["activity", "context", "endings"], responsePlaces = ["answer"]
  let answers = AnswerKind.digit(count: 4)
  let source: TextBenchmarkSource<Self>
  init(source: TextBenchmarkSource<Self>) { self.source = source }

  static func question(_ row: DataRow, _ options: Options) throws -> WrittenQuestion {
    guard let endings = row["endings"]?.array?.compactMap(\.string), endings.count == 4 else {
      throw row.error("'endings' wants a list of four texts")
    }
    let (activity, start, rest) = (try row.text("activity_label"), try row.text("ctx_a"), try row.text("ctx_b"))
    let context = withoutPageMarks("\(start) \(capitalized(rest))")
    let right = try label(row)
    let texts = endings.map(withoutPageMarks)
    return WrittenQuestion(
      texts: [
        "activity": activity.trimmed, "context": context, "answer": right.map { "\($0 + 1)" } ?? "",
        "endings": texts.enumerated().map { "\($0 + 1). \($1)" }.joined(separator: "\n"),
      ], answer: right.map(Answer.option),
      choice: TextChoice(context: withoutPageMarks("\(activity): \(start) \(capitalized(rest))"), texts: texts))
  }

  /// The right ending's place; the official test file does not give it, and copies of it leave it empty.
  private static func label(_ row: DataRow) throws -> Int? {
    guard let value = row["label"], value != .string("") else { return nil }
    guard let number = value.integer ?? value.string.flatMap({ Int($0) }), (0...3).contains(number) else {
      throw row.error("'label' wants a number from 0 to 3, but is \(LabelReader.quoted(value))")
    }
    return number
  }

  /// The first letter large and the others small, as evaluation harnesses write the second half of a context.
  private static func capitalized(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst().lowercased()
  }

  /// Without what the pages that rows come from left in them: ` [title]` ends a sentence, and other marks in brackets go.
  static func withoutPageMarks(_ text: String) -> String {
    var (kept, rest) = ("", text.trimmed.replacing(" [title]", with: ". ")[...])
    while let start = rest.firstIndex(of: "["), let end = rest[start...].firstIndex(of: "]") {
      kept += rest[..<start]
      rest = rest[rest.index(after: end)...]
    }
    return (kept + rest).replacing("  ", with: " ").trimmed
  }
}
