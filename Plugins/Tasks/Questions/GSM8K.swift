import RefluxCore

/// Word problems with worked solutions (Cobbe et al., 2021).
struct GSM8K: TextBenchmark {
  static let name = "gsm8k"
  static let summary = "GSM8K: grade-school word problems with worked solutions; the answer is a number."

  /// What becomes of `<<48/2=24>>`, the official solutions' marks for a calculator.
  enum CalculatorMarks: String, OptionChoice { case strip, keep, use }

  struct Options: TextBenchmarkOptions {
    @Option("The directory that holds the benchmark's folder, or that folder itself.") var data: String
    @Option("How a prompt is written: {question} stands for the question.") var prompt = "Question: {question}\nAnswer:"
    @Option("How a response is written; an answer is looked for after the first 'The answer is'.")
    var response = " {solution} The answer is {answer}."
    @Option("Whether solutions keep marks such as <<48/2=24>>; with 'use' a calculator works them out in answers.")
    var calculator = CalculatorMarks.strip
    @Option("Rows kept back from the end of the training rows to score on.", in: 0...) var validationSize = 500
    var limits = RowLimits()
    var answering = AnsweringOptions()
  }

  static let files = TextBenchmarkFiles(
    folder: "gsm8k", splits: [(.train, ["train.jsonl"]), (.test, ["test.jsonl"])], columns: ["question", "answer"])
  static let promptPlaces = ["question"], responsePlaces = ["solution", "answer"]
  let answers = AnswerKind.number
  var tool: (any TextTool)? { source.options.calculator == .use ? Calculator() : nil }
  let source: TextBenchmarkSource<Self>
  init(source: TextBenchmarkSource<Self>) { self.source = source }

  static func question(_ row: DataRow, _ options: Options) throws -> WrittenQuestion {
    let worked = try row.text("answer")
    guard let mark = worked.firstRange(of: "####") else { throw row.error("'answer' has no '####' before a number") }
    let answer = worked[mark.upperBound...].trimmed
    guard let number = AnswerKind.number.read(answer) else {
      throw row.error("'answer' wants a number after '####', but has '\(answer)'")
    }
    let steps = String(worked[..<mark.lowerBound])
    return WrittenQuestion(
      texts: [
        "question": try row.text("question").trimmed, "answer": answer,
        "solution": solution(options.calculator == .strip ? withoutCalculatorMarks(steps) : steps),
      ], answer: number)
  }
}

/// A solution without its marks for a calculator: `48/2 = <<48/2=24>>24` becomes `48/2 = 24`.
func withoutCalculatorMarks(_ text: String) -> String {
  var (kept, rest) = ("", text[...])
  while let start = rest.firstRange(of: "<<"), let end = rest[start.upperBound...].firstRange(of: ">>") {
    kept += rest[..<start.lowerBound]
    rest = rest[end.upperBound...]
  }
  return kept + rest
}
