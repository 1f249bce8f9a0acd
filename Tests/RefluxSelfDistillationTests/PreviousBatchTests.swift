import Foundation
import RefluxCore
import RefluxTesting
import Testing

@Suite("The previous-batch objective")
struct PreviousBatchTests {
  let a: FixtureA
  init() throws { a = try FixtureA() }

  private func bench(_ recipe: String) throws -> ObjectiveBench {
    ObjectiveBench(
      try component(recipe, as: (any Objective).self, from: plugins), LogitTableTask(classes: a.labels, of: 3),
      student: a.previous + a.new)
  }

  @Test(arguments: ["constant", "uncertainty", "{ type: uncertainty, uncertainty_source: previous, square: base }"])
  func aStepMeansTheSameHoweverItIsCut(scheduler: String) throws {
    var (whole, cut) = (
      try bench("{ type: previous-batch, scheduler: \(scheduler) }"),
      try bench("{ type: previous-batch, scheduler: \(scheduler) }")
    )
    _ = try whole.step(new: [0, 1])
    _ = try cut.step([PlannedBatch(new: [1]), PlannedBatch(new: [0])])
    (whole.student, cut.student) = (LogitTable(a.matched + a.new), LogitTable(a.matched + a.new))
    let one = try whole.step(matched: [0, 1], new: [2, 3])
    let three = try cut.step([
      PlannedBatch(matched: [0], new: [2]), PlannedBatch(matched: [1], new: []), PlannedBatch(new: [3]),
    ])
    #expect(Set(one.numbers.keys) == Set(three.numbers.keys))
    for (name, value) in one.numbers { #expect(abs(value - (three.numbers[name] ?? .nan)) < 1e-6, "\(name)") }
    #expect(difference(three.gradient, one.gradient.map { $0.map(Double.init) }) < 1e-6)
  }

  @Test func batchesOfOneStepLookAtTheStepBefore() throws {
    var bench = try bench("{ type: previous-batch, scheduler: { type: constant, temperature: 1 } }")
    _ = try bench.step(new: [0])
    bench.student = LogitTable(a.matched + a.new)
    // Example 0 is new again in this step's first batch; its matched prediction is still the one of the step before.
    let result = try bench.step([PlannedBatch(new: [0]), PlannedBatch(matched: [0], new: [])])
    #expect(try #require(result.numbers["lmbc"]) > 0.01)
  }

  @Test func pairedBatchesOfOneStepLookAtEachOther() throws {
    var bench = try bench("previous-batch")
    let result = try bench.step([PlannedBatch(new: [0]), PlannedBatch(matched: [0], new: [1])])
    #expect(abs(try #require(result.numbers["lmbc"])) < 1e-6)
  }

  @Test func theMemoryGoesThroughACheckpoint() throws {
    var (running, resumed) = (try bench("previous-batch"), try bench("previous-batch"))
    _ = try running.step(new: [1, 0])
    try resumed.objective.restore(running.objective.state())
    resumed.progress = running.progress
    (running.student, resumed.student) = (LogitTable(a.matched + a.new), LogitTable(a.matched + a.new))
    let (expected, result) = (
      try running.step(matched: [1, 0], new: [2]), try resumed.step(matched: [1, 0], new: [2])
    )
    #expect(result.numbers == expected.numbers)
    #expect(result.gradient == expected.gradient)
  }

  @Test func aNewStageRemembersNothing() throws {
    var bench = try bench("previous-batch")
    _ = try bench.step(new: [0])
    try bench.prepare()
    #expect(throws: RecipeError.self) { try bench.step(matched: [0], new: [1]) }
  }

  @Test func whatWasNotNewBeforeCannotBeMatched() throws {
    var bench = try bench("previous-batch")
    _ = try bench.step(new: [0, 1])
    #expect(
      thrownMessage { try bench.step(matched: [0, 2], new: [3]) } == """
        example 2 is to be compared with its previous prediction, but the step before had no such new example; \
        the sampler must repeat exactly the new examples of the step before
        """)
  }

  /// A list without pairs would make this plain fine-tuning without a word; other samplers are refused with the recipe.
  @Test func aListThatRepeatsNothingIsAnError() throws {
    try withTemporaryDirectory { directory in
      func message(_ batches: String) throws -> String? {
        try Data(batches.utf8).write(to: URL(fileURLWithPath: "\(directory)/steps.json"))
        let sampler = "{ type: listed, file: steps.json }"
        return thrownMessage {
          try component(
            "{ type: single, objective: previous-batch, train: { sampler: \(sampler) } }", as: (any Strategy).self,
            from: plugins, directory: directory)
        }
      }
      #expect(
        try message("[[0, 1], [2, 3]]") == """
          this sampler 'listed' repeats no example of the step before, and the objective 'previous-batch' learns from \
          those that are repeated
          """)
      let paired = try message("[[[], [0, 1]], [[0, 1], [2, 3]]]")
      #expect(paired == nil)
    }
  }

  @Test func lossesOfHiddenStatesAreRefused() throws {
    let plugins = plugins + [HiddenPlugin.self]
    #expect(
      thrownMessage {
        try component("{ type: previous-batch, loss: hidden }", as: (any Objective).self, from: plugins)
      } == "the loss 'hidden' compares hidden states, but only outputs are remembered; use 'kl' or 'mse'")
  }

  @Test func temperaturesMustBeInOrder() {
    #expect(
      thrownMessage {
        try component(
          "{ type: uncertainty, minimum_temperature: 3, maximum_temperature: 2 }", as: (any DynamicScheduler).self,
          from: plugins)
      } == "scheduler 'uncertainty': minimum_temperature (3.0) must not be above maximum_temperature (2.0)")
  }
}

private enum HiddenPlugin: Plugin {
  static let name = "hidden"
  static func register(in registry: inout Registry) { registry.add(loss: HiddenLoss.self) }
}

private struct HiddenLoss: DistillationLoss {
  static let name = "hidden"
  static let summary = "Wants hidden states."
  let wants: ForwardPass.Wants = .hiddenStates
  init(_: NoOptions, _: inout BuildContext) {}
  func callAsFunction(_ pair: AlignedPair, _: Knobs) -> Tensor { pair.weights }
}
