import RefluxBasics
import RefluxCore
import RefluxTesting
import Testing

@testable import RefluxSelfTraining

/// What rounds of sampling and checking keep; every expectation is worked out by hand.
@Suite struct SampledSolutionsTests {
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
}
