import RefluxCore
import RefluxTesting
import Testing

@testable import RefluxTasks

/// Benchmarks of questions, read from rows in their official layout.
@Suite struct TextBenchmarkTests {
  static let gsm8k =
    #"{"question": "How many?", "answer": "48/2 = <<48/2=24>>24 clips.\nThe answer is <<24=24>>24.\n#### 1,024"}"#
  static let svamp = """
    [
      {"ID": "chal-1", "Body": "Dan had $ 4 and a pack [x], \\"}]", "Question": "How much is left?",
       "Equation": "( 4.0 - 3.0 )", "Answer": 1.0, "Type": "Subtraction"},
      {"ID": "chal-2", "Body": "It rained.", "Question": "How much?", "Equation": "( 1.0 / 2.0 )", "Answer": 0.5}
    ]
    """
  static let hellaswag =
    #"{"ind": 1, "activity_label": "Travel", "ctx_a": "[header] How to go [title] Pack.", "ctx_b": "the MAN", "#
    + #""ctx": "x", "split": "val", "endings": ["goes. [step] He", "sits.", "runs.", "eats."]"#
  static let aqua =
    #"{"question": "How far?", "options": ["A)1,000 m", "B)5", "C)6", "D) 7", "E)None"], "#
    + #""rationale": "It is 5.\nThe answer is B.", "correct": "B"}"#
  static let mathqa = """
    [
      {
        "Problem": "how far ?", "Rationale": "\\"it is c . answer : c .\\"",
        "options": "a ) 24 , b ) 1,200 , c ) 6 , 5 , d ) none , e ) 1 / 4", "correct": "c", "category": "general"
      },
      {
        "Problem": "why ?", "Rationale": "so", "options": "['a ) 4', 'b ) 4 π', 'c ) 16', 'd ) 8 , 5', 'e ) 1']",
        "correct": "b"
      }
    ]
    """

  @Test func readsGSM8K() throws {
    let files = ["gsm8k/train.jsonl": Self.gsm8k + "\n" + Self.gsm8k, "gsm8k/test.jsonl": Self.gsm8k]
    let stripped =
      "Question: How many?\nAnswer: =>  48/2 = 24 clips.\nthe answer is 24. The answer is 1,024."
    #expect(try shown("{ type: gsm8k, data: ., validation_size: 1 }", .train, files) == [stripped])
    #expect(try shown("{ type: gsm8k, data: ., validation_size: 1 }", .validation, files) == [stripped])
    let kept = "Q How many? =>  A 48/2 = <<48/2=24>>24 clips.\nthe answer is <<24=24>>24.=1,024"
    let options = #"prompt: "Q {question}", response: " A {solution}={answer}", calculator: keep"#
    #expect(try shown("{ type: gsm8k, data: ., \(options) }", .test, files) == [kept])
    #expect(
      try questions("{ type: gsm8k, data: . }", .test, files)
        == [Question(prompt: "Question: How many?\nAnswer:", answer: .number(1024))])
  }

  @Test func readsSVAMP() throws {
    let rows = [
      "Question: Dan had $ 4 and a pack [x], \"}], How much is left?\nAnswer: =>  ( 4.0 - 3.0 ) The answer is 1.",
      "Question: It rained. How much?\nAnswer: =>  ( 1.0 / 2.0 ) The answer is 0.5.",
    ]
    #expect(try shown("{ type: svamp, data: . }", .test, ["SVAMP/test.json": Self.svamp]) == rows)
    // The one official file holds 1000 rows, of which the last 300 are the test split.
    let whole = ["SVAMP.json": "[" + (0..<1000).map { Self.svampRow($0) }.joined(separator: ",\n") + "]"]
    func answers(_ split: Split) throws -> [Answer?] {
      try questions("{ type: svamp, data: . }", split, whole).map(\.answer)
    }
    #expect(try answers(.train) == (0..<600).map { .number(Double($0)) })
    #expect(try answers(.validation) == (600..<700).map { .number(Double($0)) })
    #expect(try answers(.test) == (700..<1000).map { .number(Double($0)) })
  }

  private static func svampRow(_ number: Int) -> String {
    #"{"Body": "b.", "Question": "q", "Equation": "e", "Answer": \#(number)}"#
  }

  @Test func readsHellaSwag() throws {
    let prompt = "How to go. Pack. The man\n1. goes. He\n2. sits.\n3. runs.\n4. eats.\nAnswer:"
    let files = [
      "hellaswag/hellaswag_val.jsonl": Self.hellaswag + #", "label": 2}"#, "hellaswag_test.jsonl": Self.hellaswag + "}",
    ]
    #expect(
      try shown("{ type: hellaswag, data: . }", .validation, files) == ["\(prompt) =>  The answer is 3."])
    #expect(try shown("{ type: hellaswag, data: . }", .test, files) == [prompt])
    let choice = TextChoice(
      context: "Travel: How to go. Pack. The man", texts: ["goes. He", "sits.", "runs.", "eats."])
    #expect(
      try questions("{ type: hellaswag, data: . }", .validation, files)
        == [Question(prompt: prompt, answer: .option(2), choice: choice)])
  }

  @Test func readsAQuA() throws {
    let prompt = "Question: How far?\nOptions: (A) 1,000 m (B) 5 (C) 6 (D) 7 (E) None\nAnswer:"
    let files = ["AQuA/dev.json": Self.aqua]
    #expect(
      try shown("{ type: aqua, data: . }", .validation, files)
        == ["\(prompt) =>  It is 5.\nthe answer is B. The answer is B."])
    let choice = TextChoice(context: "Question: How far?\nAnswer:", texts: ["1,000 m", "5", "6", "7", "None"])
    #expect(
      try questions("{ type: aqua, data: . }", .validation, files)
        == [Question(prompt: prompt, answer: .option(1), choice: choice)])
  }

  @Test func readsMathQA() throws {
    #expect(
      try shown("{ type: mathqa, data: . }", .train, ["MathQA/train.json": Self.mathqa]) == [
        "Question: how far ?\nOptions: (A) 24 (B) 1,200 (C) 6 , 5 (D) none (E) 1 / 4\nAnswer: =>  it is c . answer : c . "
          + "The answer is C.",
        "Question: why ?\nOptions: (A) 4 (B) 4 π (C) 16 (D) 8 , 5 (E) 1\nAnswer: =>  so The answer is B.",
      ])
  }

  /// A hint stands behind the last thing that a row fills in; the answer is written as the file writes it.
  @Test func hintsStandInThePrompt() throws {
    let files = [
      "gsm8k/test.jsonl": Self.gsm8k, "AQuA/test.json": Self.aqua,
      "hellaswag/hellaswag_val.jsonl": Self.hellaswag + #", "label": 2}"#,
    ]
    func hinted(_ recipe: String, _ split: Split = .test) throws -> String {
      try withFiles(files) { directory in
        let task = try #require(try task("{ \(recipe), data: . }", in: directory) as? any QuestionTask)
        let question = try #require(try task.questions(split).first)
        return question.prompt(hinting: " (\(question.answerText ?? "?"))")
      }
    }
    #expect(try hinted("type: gsm8k") == "Question: How many? (1,024)\nAnswer:")
    #expect(
      try hinted("type: aqua")
        == "Question: How far?\nOptions: (A) 1,000 m (B) 5 (C) 6 (D) 7 (E) None (B)\nAnswer:")
    #expect(try hinted("type: hellaswag", .validation).hasSuffix("3. runs.\n4. eats. (3)\nAnswer:"))
    #expect(try hinted(#"type: gsm8k, prompt: "{question} é {question}!""#) == "How many? é How many? (1,024)!")
    #expect(try hinted(#"type: gsm8k, prompt: "Well?""#) == "Well? (1,024)")
  }

  private func questions(_ recipe: String, _ split: Split, _ files: Files) throws -> [Question] {
    try withFiles(files) { directory in
      let task = try #require(try task(recipe, in: directory) as? any QuestionTask)
      return try task.questions(split).map { question in
        #expect(question.place?.line ?? 0 > 0)
        return Question(prompt: question.prompt, answer: question.answer, choice: question.choice)
      }
    }
  }

  struct Mistake: Sendable {
    let recipe: String, file: String, text: String, message: String
  }
  static let mistakes = [
    Mistake(
      recipe: "type: gsm8k", file: "test.jsonl", text: "\(gsm8k)\n{\"question\": \"q\", \"answer\": \"5\"}",
      message: "DIR/./test.jsonl:2: 'answer' has no '####' before a number"),
    Mistake(
      recipe: "type: gsm8k", file: "test.jsonl", text: #"{"question": "q", "answer": "5 #### five"}"#,
      message: "DIR/./test.jsonl:1: 'answer' wants a number after '####', but has 'five'"),
    Mistake(
      recipe: "type: svamp", file: "test.json", text: svamp.replacing("0.5", with: "\"half\""),
      message: "DIR/./test.json:4: 'Answer' wants a number, but is \"half\""),
    Mistake(
      recipe: "type: svamp", file: "test.json", text: "[\n\n{\"Body\": 1}",
      message: "DIR/./test.json:3: the list has no end"),
    Mistake(
      recipe: "type: svamp", file: "test.json", text: "[\n {\"Body\": \"b\"}]",
      message: "DIR/./test.json:2: 'Question' is missing"),
    Mistake(
      recipe: "type: svamp", file: "test.json", text: "{}", message: "DIR/./test.json:1: wants a list of rows"),
    Mistake(
      recipe: "type: aqua", file: "test.json", text: aqua.replacing("\"correct\": \"B\"", with: "\"correct\": \"F\""),
      message: "DIR/./test.json:1: 'correct' wants one of A, B, C, D, E, but is 'F'"),
    Mistake(
      recipe: "type: aqua", file: "test.json", text: aqua.replacing("C)6", with: "D)6"),
      message: "DIR/./test.json:1: 'options' wants a list of five texts: A)…, B)…, C)…, D)…, E)…"),
    Mistake(
      recipe: "type: mathqa", file: "test.json", text: mathqa.replacing(", 'e ) 1'", with: ""),
      message: "DIR/./test.json:6: 'options' wants five options: a ) … , b ) … , c ) … , d ) … , e ) …"),
    Mistake(
      recipe: "type: hellaswag", file: "hellaswag_test.jsonl", text: hellaswag + #", "label": 4}"#,
      message: "DIR/./hellaswag_test.jsonl:1: 'label' wants a number from 0 to 3, but is '4'"),
    Mistake(
      recipe: #"type: gsm8k, prompt: "{query}""#, file: "test.jsonl", text: gsm8k,
      message: "prompt has the place {query}; there are: {question}"),
    Mistake(
      recipe: #"type: gsm8k, response: "{solution}""#, file: "test.jsonl", text: gsm8k,
      message: "response must have {answer} in it, but is '{solution}'"),
    Mistake(
      recipe: "type: gsm8k, validation_size: -1", file: "test.jsonl", text: gsm8k,
      message: "must be at least 0, but is '-1'"),
  ]

  @Test(arguments: mistakes) func namesMistakes(_ mistake: Mistake) throws {
    #expect(
      try message("{ \(mistake.recipe), data: . }", .test, [mistake.file: mistake.text]) == mistake.message)
  }

  @Test func namesWhereItLooked() throws {
    #expect(
      try message("{ type: svamp, data: . }", .test, [:])
        == "DIR/.: the test split of 'svamp' is not here; looked for SVAMP/test.json, test.json, SVAMP/SVAMP.json, "
        + "SVAMP.json")
    #expect(
      try message("{ type: gsm8k, data: ., validation_size: 0 }", .validation, [:])
        == "the task 'gsm8k' has no validation file; wants a validation_size above 0")
    #expect(
      try message("{ type: gsm8k, data: ., validation_size: 1 }", .train, ["train.jsonl": Self.gsm8k])
        == "validation_size keeps 1 rows back, and DIR/./train.jsonl has 1")
  }
}
