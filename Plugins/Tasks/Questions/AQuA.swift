import RefluxCore

/// Algebra questions with rationales and five options (Ling et al., 2017).
struct AQuA: TextBenchmark {
  static let name = "aqua"
  static let summary = "AQuA-RAT: algebra questions with rationales; the answer is one of five letters."
  typealias Options = StandardTextOptions<LetteredDefaults>

  static let files = TextBenchmarkFiles(
    folder: "AQuA", splits: [(.train, ["train.json"]), (.validation, ["dev.json"]), (.test, ["test.json"])],
    columns: ["question", "options", "rationale", "correct"])
  static let promptPlaces = ["question", "options"], responsePlaces = ["solution", "answer"]
  let answers = AnswerKind.letter(count: 5)
  let source: TextBenchmarkSource<Self>
  init(source: TextBenchmarkSource<Self>) { self.source = source }

  static func question(_ row: DataRow, _ options: Options) throws -> WrittenQuestion {
    guard let texts = row["options"]?.array?.compactMap(\.string), texts.count == 5,
      let options = LetteredOptions(separate: texts)
    else { throw row.error("'options' wants a list of five texts: A)…, B)…, C)…, D)…, E)…") }
    return try WrittenQuestion(
      row, question: try row.text("question").trimmed, options, rationale: try row.text("rationale"),
      correct: "correct")
  }
}
