import RefluxCore
import RefluxIO

/// Short word problems with their equations (Patel et al., 2021).
struct SVAMP: TextBenchmark {
  static let name = "svamp"
  static let summary = "SVAMP: short word problems with equations; the answer is a number."

  enum Defaults: TextBenchmarkDefaults {
    static let prompt = "Question: {question}\nAnswer:"
    static let response = " {equation} The answer is {answer}."
    static let validationSize = 100
  }
  typealias Options = StandardTextOptions<Defaults>

  static let files = TextBenchmarkFiles(
    folder: "SVAMP", splits: [(.train, ["train.json"]), (.test, ["test.json"])], whole: ("SVAMP.json", 700),
    areLists: true, columns: ["Body", "Question", "Equation", "Answer"])
  static let promptPlaces = ["question"], responsePlaces = ["equation", "answer"]
  let answers = AnswerKind.number
  let source: TextBenchmarkSource<Self>
  init(source: TextBenchmarkSource<Self>) { self.source = source }

  static func question(_ row: DataRow, _ options: Options) throws -> WrittenQuestion {
    let (body, question) = (try row.text("Body").trimmed, try row.text("Question").trimmed)
    guard let value = row["Answer"], let number = value.number ?? value.string.flatMap(Double.init), number.isFinite
    else { throw row.error("'Answer' wants a number, but is \(row["Answer"]?.text ?? "missing")") }
    // Many bodies end in the middle of the sentence that the question goes on with.
    let joint = body.last.map { ".?!,;".contains($0) } ?? true ? " " : ", "
    return WrittenQuestion(
      texts: [
        "question": (body + joint + question).trimmed, "equation": solution(try row.text("Equation")),
        "answer": Int(exactly: number).map { "\($0)" } ?? "\(number)",
      ], answer: .number(number))
  }
}
