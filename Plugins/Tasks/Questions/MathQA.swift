import RefluxCore

/// Questions of AQuA with cleaner rationales (Amini et al., 2019).
struct MathQA: TextBenchmark {
  static let name = "mathqa"
  static let summary = "MathQA: mathematical questions with rationales; the answer is one of five letters."
  typealias Options = StandardTextOptions<LetteredDefaults>

  static let files = TextBenchmarkFiles(
    folder: "MathQA", splits: [(.train, ["train.json"]), (.validation, ["dev.json"]), (.test, ["test.json"])],
    areLists: true, columns: ["Problem", "Rationale", "options", "correct"])
  static let promptPlaces = ["question", "options"], responsePlaces = ["solution", "answer"]
  let answers = AnswerKind.letter(count: 5)
  let source: TextBenchmarkSource<Self>
  init(source: TextBenchmarkSource<Self>) { self.source = source }

  static func question(_ row: DataRow, _ options: Options) throws -> WrittenQuestion {
    guard let options = LetteredOptions(joined: try row.text("options")), options.texts.count == 5 else {
      throw row.error("'options' wants five options: a ) … , b ) … , c ) … , d ) … , e ) …")
    }
    var rationale = try row.text("Rationale").trimmed
    if rationale.count > 1, rationale.hasPrefix("\""), rationale.hasSuffix("\"") {
      rationale = String(rationale.dropFirst().dropLast())
    }
    return try WrittenQuestion(
      row, question: try row.text("Problem").trimmed, options, rationale: rationale, correct: "correct")
  }
}
