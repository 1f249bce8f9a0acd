import Foundation
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxTrain

/// What a model answers to questions, judged; every expectation is worked out by hand.
@Suite struct QuestionEvaluationTests {
  /// Questions as a test writes them.
  private struct Quiz: QuestionTask {
    static let name = "quiz"
    static let summary = "Questions, for tests."
    let answers: AnswerKind
    var all: [Question] = []
    var tool: (any TextTool)?
    init(_ answers: AnswerKind, _ all: [Question]) { (self.answers, self.all) = (answers, all) }
    init(_: NoOptions, _: inout BuildContext) { self.init(.number, []) }
    var prediction: PredictionKind { .text }
    func examples(_: Split) -> [Example] { all.map { Example(rows: [.text($0.prompt)]) } }
    func questions(_: Split) -> [Question] { all }
    func metrics() -> [any Metric] { [] }
    func loss(_: ModelOutput, _: TokenBlock, temperature _: Tensor?) throws -> Tensor {
      throw RecipeError("has no loss")
    }
  }

  private static let words = WordTokenizer(
    ["<end>", "one?", "two?", "three?", "The", "answer", "is", "7.", "8.", "B", "x", "y", "long"])

  /// `one?` is answered with 7; `two?` with no answer, without an end; `three?` ends at once.
  private static let next = [
    "one?": "The", "The": "answer", "answer": "is", "is": "7.", "7.": "<end>", "two?": "x", "x": "x", "three?": "<end>",
  ]

  private func evaluation(
    _ task: Quiz, maxNewTokens: Int = 6, batchSize: Int = 2, limit: Int? = nil, maxPositions: Int = 64
  ) -> QuestionEvaluation {
    let model = WordModel(Self.words, next: Self.next, maxPositions: maxPositions)
    return QuestionEvaluation(
      task: task, saved: SavedModel(model, Self.words, directory: "DIR"), maxNewTokens: maxNewTokens,
      batchSize: batchSize, limit: limit)
  }

  private func ask(
    _ evaluation: QuestionEvaluation
  ) throws -> (scores: [String: Double], responses: [Int: QuestionResponse], said: [String]) {
    var said: [String] = []
    let outcome = try evaluation.ask("validation", stage: "answers") { event in
      switch event {
      case .note(let text): said.append(text)
      case .evaluating(let stage, let split, let done, let total):
        said.append("\(stage) \(split.rawValue) \(done) of \(total)")
      default: said.append("something else")
      }
    }
    return (Dictionary(uniqueKeysWithValues: outcome.scores.map { ($0.name, $0.value) }), outcome.responses, said)
  }

  private let numbers = [
    Question(prompt: "one?", answer: .number(7)), Question(prompt: "two? one?", answer: nil),
    Question(prompt: "two?", answer: .number(7)), Question(prompt: "three? one?", answer: .number(8)),
    Question(prompt: "three?", answer: .number(1)),
  ]

  @Test(arguments: [1, 2, 5]) func judgesWhatIsWritten(_ batchSize: Int) throws {
    let (scores, responses, said) = try ask(evaluation(Quiz(.number, numbers), batchSize: batchSize))
    #expect(scores == ["answer_accuracy": 0.25, "answered": 0.5])
    // The second question's answer is not known.
    #expect(responses.keys.sorted() == [0, 2, 3, 4])
    #expect(responses.mapValues(\.text) == [0: " The answer is 7.", 2: " x x x x x x", 3: " The answer is 7.", 4: ""])
    #expect(responses.mapValues(\.answer) == [0: .number(7), 2: nil, 3: .number(7), 4: nil])
    #expect(said == ["answers validation 4 of 4"])
  }

  @Test func asksOnlySoMany() throws {
    let (scores, responses, said) = try ask(evaluation(Quiz(.number, numbers), limit: 2))
    #expect(scores == ["answer_accuracy": 0.5, "answered": 0.5])
    #expect(responses.keys.sorted() == [0, 2])
    #expect(said == ["answers validation 2 of 2"])
    let none = try ask(evaluation(Quiz(.number, numbers), maxNewTokens: 0))
    #expect(none.scores.isEmpty && none.responses.values.allSatisfy { $0.text == nil })
  }

  /// A text that is cut in its answer has none.
  @Test func answersAreBounded() throws {
    let (scores, responses, _) = try ask(evaluation(Quiz(.number, numbers), maxNewTokens: 3, limit: 1))
    #expect(scores == ["answer_accuracy": 0, "answered": 0])
    #expect(responses[0]?.text == " The answer is")
  }

  @Test func whatDoesNotFitIsNamed() throws {
    let long = Question(prompt: "long long long long one?", answer: .number(7))
    let (scores, responses, said) = try ask(evaluation(Quiz(.number, [long] + numbers), maxPositions: 5))
    // Behind the two words of the fourth prompt, three more fit: its text ends before the answer.
    #expect(scores == ["answer_accuracy": 0.2, "answered": 0.2])
    #expect(responses[0]?.text == "" && responses[1]?.text == " The answer is 7.")
    #expect(
      said == [
        "answers validation 5 of 5",
        "the validation split: 1 of 5 questions leave no room for an answer in 5 tokens and count as wrong: 1",
      ])
  }

  /// Behind `y` every word is alike; behind `x` comes `x`, whose logit is 5 above the 12 others.
  @Test func comparesOptions() throws {
    func question(_ context: String, _ texts: [String], right: Int) -> Question {
      Question(prompt: "one?", answer: .option(right), choice: TextChoice(context: context, texts: texts))
    }
    let task = Quiz(
      .letter(count: 3),
      [
        // One word behind x; x itself is the likeliest, and as long as the others.
        question("x", ["x", "y", "B"], right: 0),
        // Of words that are alike, fewer are likelier, but one likelihood over more characters is larger.
        question("y", ["y", "long", "B y"], right: 1),
        // 9 words of 64 positions fit, 70 do not.
        question("y", ["y", [String](repeating: "y", count: 70).joined(separator: " ")], right: 0),
      ])
    let (scores, responses, said) = try ask(evaluation(task, maxNewTokens: 0))
    #expect(
      said == [
        "answers validation 3 of 3",
        "the validation split: 1 of 3 questions have an option that does not fit in 64 tokens and count as wrong: 3",
      ])
    #expect(scores == ["choice_accuracy": 1.0 / 3, "choice_accuracy_per_character": 2.0 / 3])
    #expect(responses[0]?.best?.plain == 0 && responses[0]?.best?.perCharacter == 0)
    #expect(responses[1]?.best?.plain == 0 && responses[1]?.best?.perCharacter == 1)
    #expect(responses[2]?.best == nil)
    let both = try ask(evaluation(task, maxNewTokens: 6)).scores
    #expect(both == scores.merging(["answer_accuracy": 0, "answered": 0]) { $1 })
  }

  /// Log-likelihoods: ln of e⁵ / (e⁵ + 12), and of 1 / 13.
  @Test func likelihoods() throws {
    let saved = SavedModel(WordModel(Self.words, next: Self.next), Self.words, directory: "DIR")
    let row = try saved.encoder().encode(.labelled(ids: [10, 10, 11, 4], labels: [-100, 10, -100, 4]))
    let score = try saved.scores([row], batchSize: 1)[0]
    #expect(abs(score.logLikelihood - (-0.07775273 - 2.56494936)) < 1e-6)
    #expect(score.tokens == 2 && !score.isGreedy)
    let nothing = try saved.encoder().encode(.labelled(ids: [10, 10], labels: [-100, -100]))
    let none = try saved.scores([nothing], batchSize: 1)[0]
    #expect(none == TextScore(logLikelihood: 0, tokens: 0, isGreedy: true) && none.logLikelihood.sign == .plus)
  }

  @Test func whoCannotBeAsked() {
    let task = Quiz(.number, numbers)
    func message(_ model: any Model, _ tokenizer: (any Tokenizer)?) -> String? {
      let saved = SavedModel(model, tokenizer, directory: "DIR")
      let evaluation = QuestionEvaluation(task: task, saved: saved, maxNewTokens: 4, batchSize: 2)
      return thrownMessage { try ask(evaluation) }
    }
    #expect(
      message(WordModel(Self.words, next: [:]), nil) == "DIR has no tokenizer, and 'quiz' asks in words")
    #expect(
      message(LogitTable([[0, 1]]), Self.words)
        == "'table' is an encoder; text is made by a language model such as 'llama'")
  }

  /// Answers and responses in one file, by example; a response without an answer has a line too.
  @Test func linesOfPredictions() throws {
    var right = QuestionResponse(gold: .number(24))
    (right.text, right.answer) = ("The answer is 24.", .number(24))
    var wrong = QuestionResponse(gold: .number(0.5))
    wrong.text = "No."
    var answer = ExampleAnswer(ExampleID(2), logits: [], label: nil)
    answer.likelihood = .init(sum: -1.5, tokens: 3)
    try withTemporaryDirectory { directory in
      let path = "\(directory)/answers.jsonl"
      try AnswerFormat(.text).write([answer], (.number, [2: right, 0: wrong]), to: path)
      #expect(
        try String(contentsOfFile: path, encoding: .utf8) == """
          {"index": 0, "text": "No.", "answer": null, "right": false, "gold": 0.5}
          {"index": 2, "log_likelihood": -1.5, "tokens": 3, "text": "The answer is 24.", "answer": 24, "right": true, \
          "gold": 24}

          """)
      var choice = QuestionResponse(gold: .option(1))
      choice.best = (plain: 0, perCharacter: 1)
      try AnswerFormat(.text).write([], (.letter(count: 5), [0: choice]), to: path)
      try AnswerFormat(.text).write([], (.digit(count: 4), [0: choice]), to: path + "2")
      #expect(
        try [path, path + "2"].map { try String(contentsOfFile: $0, encoding: .utf8) } == [
          #"{"index": 0, "choice": "A", "choice_per_character": "B", "gold": "B"}"# + "\n",
          #"{"index": 0, "choice": 1, "choice_per_character": 2, "gold": 2}"# + "\n",
        ])
    }
  }
}
