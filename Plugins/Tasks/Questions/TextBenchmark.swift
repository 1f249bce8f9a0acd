import RefluxCore

/// A benchmark of questions that are answered in words, from its official files.
protocol TextBenchmark: QuestionTask where Options: TextBenchmarkOptions {
  static var files: TextBenchmarkFiles { get }
  /// The places that templates may have, and that every row fills.
  static var promptPlaces: [String] { get }
  /// The further places that a row fills whose answer the file gives.
  static var responsePlaces: [String] { get }
  /// What a row asks; throws ``FileError`` with its line.
  static func question(_ row: DataRow, _ options: Options) throws -> WrittenQuestion
  var source: TextBenchmarkSource<Self> { get }
  init(source: TextBenchmarkSource<Self>)
}

/// What a row of a benchmark says, before templates.
struct WrittenQuestion {
  /// What fills the templates' places.
  var texts: [String: String]
  var answer: Answer?
  var choice: TextChoice?
}

extension TextBenchmark {
  static var form: PredictionForm? { .text }
  var prediction: PredictionKind { .text }
  var answering: AnsweringOptions { source.options.answering }
  func metrics() -> [any Metric] { [TokenLikelihood(), TokenAccuracy()] }

  init(_ options: Options, _ context: inout BuildContext) throws {
    let (prompt, response) = (TextTemplate(options.prompt), TextTemplate(options.response))
    try prompt.check("prompt", places: Self.promptPlaces)
    try response.check("response", places: Self.promptPlaces + Self.responsePlaces)
    guard response.names.contains("answer") else {
      throw RecipeError("response must have {answer} in it, but is '\(options.response)'")
    }
    self.init(
      source: TextBenchmarkSource(
        directory: context.path(options.data), prompt: prompt, response: response, options: options))
  }

  func locate(_ split: Split) throws { try source.locate(split) }

  func examples(_ split: Split) throws -> [Example] {
    try source.rows(split).map { row in
      let written = try Self.question(row, source.options)
      let prompt = source.prompt(written)
      guard written.answer != nil else { return Example(rows: [.text(prompt)], at: row.place) }
      return Example(rows: [.completion(prompt: prompt, response: source.response(written))], at: row.place)
    }
  }

  func questions(_ split: Split) throws -> [Question] {
    try source.rows(split).map { row in
      let written = try Self.question(row, source.options)
      let (head, tail) = source.prompt.halves { written.texts[$0] ?? "" }
      return Question(
        prompt: head + tail, hintPlace: head.utf8.count, answer: written.answer,
        answerText: written.answer.flatMap { _ in written.texts["answer"] }, choice: written.choice, at: row.place)
    }
  }
}

/// A solution in which the marker of an answer stands for nothing but the answer that follows it: what a solution itself
/// says in those words is written small.
func solution(_ text: some StringProtocol) -> String {
  let small = AnswerKind.marker.prefix(1).lowercased() + AnswerKind.marker.dropFirst()
  return String(text).replacing(AnswerKind.marker, with: small).trimmed
}

extension StringProtocol {
  /// Without the white space around it.
  var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
