import RefluxBasics
import RefluxCore
import RefluxTesting
import Testing

@testable import RefluxSelfTraining

/// Rounds that come to nothing, and what does not go together.
@Suite struct SolutionMistakeTests {
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
      message("", LogitTableTask(classes: [0], of: 2))
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

  @Test func pseudoLabelsAreNotForText() throws {
    let strategy = try component(
      "self-training", as: (any Strategy).self, from: [BasicsPlugin.self, SelfTrainingPlugin.self])
    #expect(
      thrownMessage { try strategy.run(NotedRunner(SumTask())) }
        == "pseudo-labels are classes that a model is sure of, but this task is answered in text; wants data: "
        + "sampled-solutions")
  }
}
