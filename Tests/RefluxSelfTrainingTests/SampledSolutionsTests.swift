import RefluxBasics
import RefluxCore
import RefluxTesting
import Testing

@testable import RefluxSelfTraining

/// What rounds of sampling and checking keep; every expectation is worked out by hand.
@Suite struct SampledSolutionsTests {
  /// Two right ones in three ways of writing, a wrong one, and one without an answer, whatever is asked.
  private func four(_ prompt: String) -> [String] {
    prompt.contains("1+1")
      ? [" One and one. The answer is 2.", " One  AND one.\nThe answer is 2.", " Two. The answer is 2.0", " Three."]
      : [" The answer is 5.", " Hm.", " The answer is 3.", " The answer is 1."]
  }

  @Test func keepsWhatIsRightOnce() throws {
    let runner = NotedRunner(SumTask())
    try runner.trainItself("samples: 4") { four($1) }
    #expect(
      runner.notes == [
        "generate round 1: samples", "write round 1: solutions", "record round 1: kept", "make round 1: data",
        "train round 1",
      ])
    #expect(
      runner.trained() == [
        "Q: 1+1\nA: =>  One and one. The answer is 2.", "Q: 1+1\nA: =>  Two. The answer is 2.0",
      ])
    #expect(runner.generations[0].prompts == ["Q: 1+1\nA:", "Q: 2+2\nA:", "Q: 600+634\nA:"])
    #expect(
      runner.recorded["round 1: kept"]?.map(\.name) == [
        "questions", "samples", "right", "accuracy", "solved", "distinct", "kept", "unfinished",
      ])
    #expect(runner.recorded["round 1: kept"]?.map(\.value) == [3, 12, 3, 0.25, 1, 2, 2, 0])
    let table = try #require(runner.tables["round 1: solutions"])
    #expect(table[0].map(\.name) == ["row", "judgement", "hint", "response", "gold"])
    #expect(table.map { $0[0].value } == [0, 0, 0, 0, 1, 1, 1, 1, 3, 3, 3, 3].map { .integer($0) })
    #expect(
      table.prefix(8).map { $0[1].value }
        == ["kept", "duplicate", "kept", "no answer", "wrong", "no answer", "wrong", "wrong"].map { .text($0) })
    #expect(table[11][4].value == .text("1234"))
  }

  @Test func keepsSoManyOfEachQuestion() throws {
    let runner = NotedRunner(SumTask())
    try runner.trainItself("samples: 4, per_question: 1") { four($1) }
    #expect(runner.trained() == ["Q: 1+1\nA: =>  One and one. The answer is 2."])
    #expect(runner.numbers()["distinct"] == 2 && runner.numbers()["kept"] == 1)
    let all = NotedRunner(SumTask())
    try all.trainItself("samples: 30, per_question: 0") { _, _ in (0..<30).map { " \($0). The answer is 2." } }
    #expect(all.numbers()["kept"] == 30)
  }

  @Test func samplingIsAsTheRecipeSays() throws {
    let runner = NotedRunner(SumTask())
    try runner.trainItself(
      "samples: 3, temperature: 0.5, top_k: 7, top_p: 0.9, max_new_tokens: 11, stop: ['#']"
    ) { four($1) }
    let asked = runner.generations[0]
    #expect(asked.samples == 3)
    #expect(asked.options.temperature == 0.5 && asked.options.topK == 7 && asked.options.topP == 0.9)
    #expect(asked.options.maxNewTokens == 11 && asked.options.stopTexts == ["#"])
    #expect(asked.options.tool == nil)
    var task = SumTask()
    task.tool = SilentTool()
    let usual = NotedRunner(task)
    try usual.trainItself("") { four($1) }
    #expect(usual.generations[0].options.maxNewTokens == 256)
    // ReST-EM's.
    #expect(usual.generations[0].samples == 32 && usual.generations[0].options.tool is SilentTool)
    #expect(usual.generations[0].options.temperature == 0.7 && usual.generations[0].options.topK == 40)
  }

  /// STaR: what is not solved is asked again with its answer, and learned as if there had been no hint.
  @Test func hintsAreForWhatIsNotSolvedAndAreNotLearned() throws {
    let runner = NotedRunner(SumTask())
    try runner.trainItself("samples: 1, hint: true") { _, prompt in
      if prompt.contains("1+1") { return [" The answer is 2."] }
      return [prompt.contains("(The answer is 4.)") ? " Four. The answer is 4." : " The answer is 7."]
    }
    #expect(
      runner.notes.prefix(3) == [
        "generate round 1: samples", "generate round 1: samples with a hint", "write round 1: solutions",
      ])
    #expect(
      runner.generations[1].prompts == [
        "Q: 2+2 (The answer is 4.)\nA:", "Q: 600+634 (The answer is 1234.)\nA:",
      ])
    #expect(runner.trained() == ["Q: 1+1\nA: =>  The answer is 2.", "Q: 2+2\nA: =>  Four. The answer is 4."])
    #expect(!runner.trained().contains { $0.contains("(") })
    let numbers = runner.numbers()
    #expect(
      numbers["samples"] == 3 && numbers["right"] == 1 && numbers["accuracy"] == 1.0 / 3 && numbers["solved"] == 1)
    #expect(numbers["hinted_samples"] == 2 && numbers["hinted_right"] == 1 && numbers["hinted_solved"] == 1)
    #expect(numbers["hinted_kept"] == 1 && numbers["kept"] == 2)
    let table = try #require(runner.tables["round 1: solutions"])
    #expect(table.map { $0[2].value } == [.flag(false), .flag(false), .flag(false), .flag(true), .flag(true)])
  }

  @Test func nobodyIsHintedWhereAllIsSolved() throws {
    let runner = NotedRunner(SumTask())
    try runner.trainItself("samples: 1, hint: true") { _, prompt in
      [" The answer is \(prompt.contains("1+1") ? 2 : prompt.contains("2+2") ? 4 : 1234)."]
    }
    #expect(runner.generations.count == 1)
    #expect(runner.numbers()["hinted_samples"] == 0 && runner.numbers()["accuracy"] == 1)
  }

  @Test func aHintMayBeTheWholeResponse() throws {
    let runner = NotedRunner(SumTask())
    try runner.trainItself("samples: 1, hint: true, hint_text: ' [{answer}:{response}]'") { _, prompt in
      [prompt.contains("[") ? " The answer is 4." : ""]
    }
    #expect(runner.generations[1].prompts[1] == "Q: 2+2 [4: So. The answer is 4.]\nA:")
  }

  @Test func shotsStandInFrontAndAreNotLearned() throws {
    let runner = NotedRunner(SumTask())
    try runner.trainItself("samples: 1, shots: 1, hint: true") { _, prompt in
      [prompt.hasSuffix("Q: 2+2\nA:") ? " The answer is 4." : " No."]
    }
    let solutions = ["1+1": 2, "2+2": 4, "600+634": 1234]
    for (hinted, generation) in zip([false, true], runner.generations) {
      for prompt in generation.prompts {
        let parts = prompt.split(separator: "\n\n").map(String.init)
        #expect(parts.count == 2)
        let shot = solutions.filter { sum, answer in
          parts[0] == "Q: \(sum)\(hinted ? " (The answer is \(answer).)" : "")\nA: So. The answer is \(answer)."
        }
        #expect(shot.count == 1)
        #expect(!parts[1].contains(shot.keys.first ?? "?"))
      }
    }
    #expect(runner.generations[1].prompts.count == 2)
    #expect(runner.trained() == ["Q: 2+2\nA: =>  The answer is 4."])
    let again = NotedRunner(SumTask())
    try again.trainItself("samples: 1, shots: 1") { _, _ in [" The answer is 4."] }
    #expect(again.generations[0].prompts == runner.generations[0].prompts)
  }

  @Test func theFilesOwnResponses() throws {
    let gold = [
      "Q: 1+1\nA: =>  So. The answer is 2.", "Q: 2+2\nA: =>  So. The answer is 4.",
      "Q: 600+634\nA: =>  So. The answer is 1234.",
    ]
    let first = NotedRunner(SumTask())
    try first.trainItself("samples: 1, gold_first: true") { four($1) }
    #expect(first.notes.prefix(3) == ["make labelled rows: data", "train labelled rows", "generate round 1: samples"])
    #expect(first.trained(0) == gold)
    #expect(first.trained(1).first == "Q: 1+1\nA: =>  One and one. The answer is 2." && first.trained(1).count == 2)

    let mixed = NotedRunner(SumTask())
    try mixed.trainItself("samples: 2, gold_mixed: true") { _, prompt in
      [" so. The answer  is 2."].map { $0.replacing("  ", with: " ") } + [" Two. The answer is 2."]
    }
    // The first of them is the file's own.
    #expect(mixed.trained() == gold + ["Q: 1+1\nA: =>  Two. The answer is 2."])
    #expect(mixed.numbers()["right"] == 2 && mixed.numbers()["distinct"] == 1)
  }

  @Test func aRoundOfNothingIsTheEnd() throws {
    let runner = NotedRunner(SumTask())
    let message = thrownMessage {
      try runner.trainItself("samples: 2, hint: true") { _, _ in [" No.", " The answer is 0."] }
    }
    #expect(
      message == """
        round 1 keeps none of the 6 samples and 6 samples with a hint of 3 questions, and nothing was trained before it: \
        6 have an answer, and none is right; what may help: gold_first: true, shots, more samples
        """)
    #expect(runner.trainings.isEmpty && runner.numbers()["kept"] == 0 && runner.tables.count == 1)

    let later = NotedRunner(SumTask())
    try later.trainItself("samples: 4", rounds: 3) { name, prompt in name.contains("1") ? four(prompt) : [" No."] }
    #expect(later.trainings.map(\.name) == ["round 1"])
    #expect(
      later.notes.last == """
        note round 2 keeps none of the 3 samples of 3 questions, so the rounds end here with the model trained before it: \
        0 have an answer, and none is right; what may help: gold_first: true, hint: true, shots, more samples
        """)

    let long = NotedRunner(SumTask())
    #expect(
      thrownMessage { try long.trainItself("samples: 1, shots: 1", finishing: false) { _, _ in [" One day"] } } == """
        round 1 keeps none of the 3 samples of 3 questions, and nothing was trained before it: 0 have an answer, and none \
        is right; what may help: more max_new_tokens, which 3 have reached, gold_first: true, hint: true, more samples
        """)
    #expect(long.numbers()["unfinished"] == 3)

    let said = NotedRunner(SumTask())
    try said.trainItself("samples: 1, gold_first: true, gold_mixed: true") { _, _ in [" So. The answer is 2."] }
    #expect(
      said.notes.last == """
        note round 1 keeps none of the 3 samples of 3 questions, so the rounds end here with the model trained before it: \
        1 are right, and all of those say what the file's own responses say; set gold_mixed: false
        """)
  }

  @Test func whatDoesNotFit() {
    func message(_ options: String, _ task: any Task = SumTask()) -> String? {
      thrownMessage { try NotedRunner(task).trainItself(options) { _, _ in [] } }
    }
    #expect(
      message("", TableTask(classes: [0], of: 2))
        == "sampled-solutions checks the answers to questions, but the task 'table' knows no answers")
    var unknown = SumTask()
    unknown.rows = [("x", nil)]
    #expect(
      message("", unknown) == "sampled-solutions needs training questions whose answers are known, and there are none")
    #expect(message("shots: 3") == "shots: 3 needs more training questions than that, and there are 3")
    let owner = "round-data 'sampled-solutions':"
    #expect(
      message("temperature: 0")
        == "\(owner) samples would all be the same with temperature: 0; wants samples: 1, but is 32")
    #expect(message("top_p: 0") == "\(owner) top_p must be above 0 and at most 1, but is 0.0")
    #expect(
      message("hint_text: '{solution}'")
        == "\(owner) hint_text has the place {solution}; there are: {answer}, {response}")
    #expect(
      message("hint_text: '!'") == "\(owner) hint_text must have {answer} or {response} in it, but is '!'")
  }

  /// STaR's rounds take 40 steps, then 1.2 times as many each.
  @Test func roundsMayGrow() throws {
    let plugins: [any Plugin.Type] = [BasicsPlugin.self, SelfTrainingPlugin.self]
    func strategy(_ options: String) throws -> any Strategy {
      try component("{ type: self-training, rounds: 3, data: sampled-solutions, \(options) }", from: plugins)
    }
    let runner = NotedRunner(SumTask())
    runner.write = { _, prompts in prompts.map { _ in [WrittenText(" The answer is 2.")] } }
    try strategy("step_growth: 1.2, train: { max_steps: 40 }").run(runner)
    #expect(runner.trainings.map(\.plan.maxSteps) == [40, 48, 58])
    #expect(
      thrownMessage { try strategy("step_growth: 1.2") }
        == "strategy 'self-training': step_growth multiplies train.max_steps, which is not given")
  }

  @Test func pseudoLabelsAreNotForText() throws {
    let strategy = try component(
      "self-training", as: (any Strategy).self, from: [BasicsPlugin.self, SelfTrainingPlugin.self])
    #expect(
      thrownMessage { try strategy.run(NotedRunner(SumTask())) }
        == "pseudo-labels are classes that a model is sure of, but this task is answered in text; wants data: "
        + "sampled-solutions")
  }
}

/// The parts of a check.
@Suite struct SolutionCheckTests {
  @Test(
    arguments: [
      (" 1+1=2. The answer is 2.\n\nQuestion: next", " 1+1=2. The answer is 2."),
      (" The answer is:\n 2 \nmore", " The answer is:\n 2"), (" No answer \n", " No answer"), ("", ""),
    ]) func whatComesAfterTheAnswerIsCut(_ text: String, _ response: String)
  {
    #expect(SolutionCheck.response(of: text) == response)
  }

  @Test func sameWordsAreTheSame() {
    #expect(SolutionCheck.normalized(" 3+4 =\n7.\tThe  Answer is 7. ") == "3+4 = 7. the answer is 7.")
    #expect(SolutionCheck.normalized("3+4=7") != SolutionCheck.normalized("3 + 4 = 7"))
  }

  @Test func numbersAndLetters() {
    let number = SolutionCheck(answers: .number, limit: 1)
    let judgements = { (texts: [String], right: Answer) in number(texts, right: right).map(\.judgement) }
    #expect(
      judgements(
        ["The answer is 1,234.", "The answer is $1234.00", "The answer is 1,235", "1234", "THE answer is 1,234"],
        .number(1234)) == [.kept, .surplus, .wrong, .unanswered, .unanswered])
    let letter = SolutionCheck(answers: .letter(count: 5), limit: 5)
    #expect(
      letter(["The answer is B.", "The answer is (b) 12", "The answer is C", "The answer is G"], right: .option(1))
        .map(\.judgement) == [.kept, .kept, .wrong, .unanswered])
  }
}
