import RefluxBasics
import RefluxCore
import RefluxLosses
import RefluxSelfDistillation
import RefluxTesting
import Testing

@testable import RefluxSelfTraining

@Suite("Self-training")
struct SelfTrainingTests {
  private let plugins: [any Plugin.Type] = [
    BasicsPlugin.self, LossesPlugin.self, SelfDistillationPlugin.self, SelfTrainingPlugin.self,
  ]
  /// Six rows of two classes: 0 and 1 are labelled, the others are not; row 4 is answered wrongly.
  private let logits: [[Float]] = [[0, 0], [0, 0], [3, 0], [0, 1], [0, 2.5], [2, 0]]

  private func runner(_ prepare: (inout LogitTableTask) -> Void = { _ in }) -> NotedRunner {
    var task = LogitTableTask(classes: [0, 1, 0, 1, 0, 0], of: 2)
    task.splits = ["train": [0, 1], "unlabeled": [2, 3, 4, 5]]
    prepare(&task)
    let runner = NotedRunner(task)
    runner.modules["student"] = LogitTable(logits)
    return runner
  }

  private func run(_ options: String, labels: String = "", on runner: NotedRunner) throws {
    let recipe = "{ type: self-training, data: { type: pseudo-labels, \(labels) }, \(options) }"
    let strategy = try component(recipe, as: (any Strategy).self, from: plugins)
    try strategy.run(runner)
  }

  private func rows(_ plan: TrainPlan) throws -> [Int32] {
    try #require(plan.data as? NotedDataset).examples.map {
      if case .tokens(let ids, _) = $0.rows[0] { ids[0] } else { -1 }
    }
  }

  @Test func aRoundPredictsKeepsReportsAndTrains() throws {
    let runner = runner()
    try run("rounds: 2", labels: "confidence: 0.9", on: runner)
    let round = { (number: Int) in
      [
        "predict round \(number): predict", "write round \(number): kept rows", "record round \(number): kept",
        "make round \(number): data", "train round \(number)",
      ]
    }
    #expect(
      runner.notes == ["make unlabelled rows", "make labelled rows: data", "train labelled rows"] + round(1) + round(2))
  }

  @Test func whatIsSureIsKeptWithItsAnswerAsLabel() throws {
    let runner = runner()
    try run("rounds: 1", labels: "confidence: 0.9", on: runner)
    let data = try #require(runner.trainings[1].plan.data as? NotedDataset)
    #expect(try rows(runner.trainings[0].plan) == [0, 1])
    #expect(try rows(runner.trainings[1].plan) == [0, 1, 2, 4])
    #expect(data.examples.map(\.label) == [.category(0), .category(1), .category(0), .category(1)])
  }

  @Test func whatWasKeptIsWritten() throws {
    let runner = runner()
    try run("rounds: 1", labels: "confidence: 0.9", on: runner)
    let table = try #require(runner.tables["round 1: kept rows"])
    #expect(
      table.map { $0.map(\.name) } == [
        ["row", "label", "confidence", "gold"], ["row", "label", "confidence", "gold"],
      ])
    #expect(table[0][0].value == .integer(0))
    #expect(table[0][1].value == .text("class 0"))
    #expect(table[1][0].value == .integer(2))
    #expect(table[1][1].value == .text("class 1"))
    #expect(table[1][3].value == .text("class 0"))
    let numbers = Dictionary(
      uniqueKeysWithValues: try #require(runner.recorded["round 1: kept"]).map { ($0.name, $0.value) })
    #expect(numbers["unlabelled"] == 4)
    #expect(numbers["kept"] == 2)
    #expect(numbers["accuracy"] == 0.5)
    let confidence = try #require(numbers["mean_confidence"])
    #expect(abs(confidence - (0.952574 + 0.924142) / 2) < 1e-5)
  }

  @Test func theBestOfEachClass() throws {
    let runner = runner()
    try run("rounds: 1", labels: "keep: best, per_class: 1", on: runner)
    #expect(try rows(runner.trainings[1].plan) == [0, 1, 2, 4])
    let more = self.runner()
    try run("rounds: 1", labels: "keep: best, per_class: 5", on: more)
    #expect(try rows(more.trainings[1].plan) == [0, 1, 2, 3, 4, 5])
  }

  @Test(arguments: [("base", [0, 0, 0]), ("previous", [0, 1, 2])] as [(String, [Float])])
  func whereARoundStarts(start: String, expected: [Float]) throws {
    let runner = runner()
    runner.train = { _, modules in
      guard var table = modules["student"] as? LogitTable else { return }
      table.logits = table.logits + Tensor([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [6, 2])
      modules["student"] = table
    }
    try run("rounds: 2, start: \(start)", labels: "confidence: 0.9", on: runner)
    let starts = runner.trainings.map { ($0.modules["student"] as? LogitTable)?.logits.floats[0] }
    #expect(starts == expected)
  }

  @Test func labelledRowsCanBeHeldOut() throws {
    let runner = runner { $0.splits["train"] = [0, 1, 2, 3, 4, 5] }
    try run("rounds: 1", labels: "keep: best, held_out: 0.5", on: runner)
    let labelled = try rows(runner.trainings[0].plan)
    #expect(labelled.count == 3)
    let all = try rows(runner.trainings[1].plan)
    #expect(all.sorted() == [0, 1, 2, 3, 4, 5])
    #expect(Array(all.prefix(3)) == labelled)
    #expect(runner.recorded["round 1: kept"]?.contains { $0.name == "accuracy" } == true)
    let written = try #require(runner.tables["round 1: kept rows"]).map { $0[0].value }
    #expect(written == all.dropFirst(3).map { .integer(Int($0)) })

    let again = self.runner { $0.splits["train"] = [0, 1, 2, 3, 4, 5] }
    try run("rounds: 1", labels: "keep: best, held_out: 0.5", on: again)
    #expect(try rows(again.trainings[0].plan) == labelled)
  }

  @Test func anyObjectiveAndSampler() throws {
    let runner = runner()
    try run(
      "rounds: 1, objective: { type: previous-batch, scheduler: uncertainty }, train: { sampler: carry-over }",
      labels: "confidence: 0.9", on: runner)
    for training in runner.trainings {
      #expect(type(of: training.plan.objective).name == "previous-batch")
      #expect(type(of: training.plan.sampler).name == "carry-over")
    }
  }

  @Test func aRoundThatKeepsNothingEndsTheRounds() throws {
    let runner = runner()
    try run("", labels: "confidence: 0.99", on: runner)
    #expect(
      runner.notes.last == """
        note round 1 keeps none of the 4 unlabelled rows, so the rounds end here with the model trained before it: \
        the surest answer has a probability of 0.9526, and confidence wants 0.99; lower confidence or set keep: best
        """)
    #expect(runner.trainings.count == 1)
    let recorded = try #require(runner.recorded["round 1: kept"])
    #expect(recorded.map(\.name) == ["unlabelled", "kept"])
    #expect(recorded.map(\.value) == [4, 0])
  }

  @Test func unlabelledRowsAreNeeded() {
    #expect(
      thrownMessage { try run("rounds: 1", on: runner { $0.splits["unlabeled"] = [] }) }
        == "self-training needs unlabelled rows, but the split 'unlabeled' is empty")
    #expect(
      thrownMessage { try run("", labels: "held_out: 0.1", on: runner()) } == """
        held_out: 0.1 of 2 training rows leaves 2 labelled and 0 unlabelled ones; both kinds are needed
        """)
  }

  @Test func aNumberIsNothingToBeSureOf() {
    let runner = NotedRunner(LogitTableTask(scores: [1, 2]))
    #expect(
      thrownMessage { try run("rounds: 1", on: runner) }
        == "self-training keeps the answers a model is sure of, but this task predicts a number")
  }

  @Test func tiesAreSettledByTheOrderOfTheRows() {
    let answers = (0..<3).map { ExampleAnswer(ExampleID($0), logits: [1, 0], label: nil) }
    let kept = Selection(rule: .best, confidence: 0, perClass: 2).kept(of: answers)
    #expect(kept.map(\.row) == [0, 1])
    #expect(kept.allSatisfy { $0.gold == nil })
  }
}
