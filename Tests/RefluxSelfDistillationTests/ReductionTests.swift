import RefluxCore
import RefluxTesting
import Testing

/// What each method must become when one of its parts is switched off (R1 to R8 of the method cards).
///
/// And R26: no method makes a number that is none. `OutputHeadTests` has R26 for text without labels.
@Suite("Reductions")
struct ReductionTests {
  let a: FixtureA
  init() throws { a = try FixtureA() }

  private func second(_ recipe: String) throws -> ObjectiveBench.Result { try a.secondStep(recipe) }

  @Test func withoutAlphaDLBIsFinetuning() throws {
    let (dlb, finetune) = (try second("{ type: previous-batch, alpha: 0 }"), try second("supervised"))
    #expect(dlb.numbers["loss"] == finetune.numbers["loss"])
    #expect(dlb.gradient == finetune.gradient)
  }

  @Test func withoutAlphaDynSDPBIsFinetuning() throws {
    let dynamic = try second("{ type: previous-batch, alpha: 0, scheduler: uncertainty }")
    let finetune = try second("supervised")
    #expect(dynamic.numbers["loss"] == finetune.numbers["loss"])
    #expect(dynamic.gradient == finetune.gradient)
  }

  @Test func theFirstStepIsFinetuning() throws {
    func first(_ recipe: String) throws -> ObjectiveBench.Result {
      let objective = try component(recipe, as: (any Objective).self, from: plugins)
      var bench = ObjectiveBench(objective, LogitTableTask(classes: a.labels, of: 3), student: a.matched + a.new)
      return try bench.step(new: [0, 1, 2, 3])
    }
    let (dlb, finetune) = (try first("previous-batch"), try first("supervised"))
    #expect(dlb.numbers["loss"] == finetune.numbers["loss"])
    #expect(dlb.gradient == finetune.gradient)
  }

  @Test(arguments: ["constant", "uncertainty"]) func aModelThatStandsStillHasNothingToDistil(scheduler: String) throws {
    let objective = try component(
      "{ type: previous-batch, scheduler: \(scheduler) }", as: (any Objective).self, from: plugins)
    var bench = ObjectiveBench(objective, LogitTableTask(classes: a.labels, of: 3), student: a.matched + a.new)
    _ = try bench.step(new: [0, 1])
    for step in 0..<3 {
      let (matched, new) = step.isMultiple(of: 2) ? ([0, 1], [2, 3]) : ([2, 3], [0, 1])
      let result = try bench.step(matched: matched, new: new)
      #expect(abs(try #require(result.numbers["lmbc"])) < 1e-6)
    }
  }

  @Test func withBothDynamicsOffDynSDPBIsDLB() throws {
    let still = "type: uncertainty, dynamic_weight: false, dynamic_temperature: false"
    let (off, dlb) = (
      try second("{ type: previous-batch, scheduler: { \(still) } }"), try second("{ type: previous-batch }")
    )
    #expect(off.numbers["loss"] == dlb.numbers["loss"])
    #expect(off.gradient == dlb.gradient)
  }

  @Test func boundsThatMeetFixTheTemperature() throws {
    let bounds = "temperature: 2, minimum_temperature: 2, maximum_temperature: 2"
    let bounded = try second("{ type: previous-batch, scheduler: { type: uncertainty, \(bounds) } }")
    let fixed = try second(
      "{ type: previous-batch, scheduler: { type: uncertainty, temperature: 2, dynamic_temperature: false } }")
    #expect(bounded.numbers["loss"] == fixed.numbers["loss"])
    #expect(bounded.gradient == fixed.gradient)
  }

  @Test func anUndecidedStudentIsNotDistilled() throws {
    var bench = try afterFirstStep("{ type: previous-batch, scheduler: uncertainty }")
    bench.student = LogitTable([[0.5, 0.5, 0.5], [-1, -1, -1]] + a.new)
    let result = try bench.step(matched: [0, 1], new: [2, 3])
    let (loss, ce) = (try #require(result.numbers["loss"]), try #require(result.numbers["ce"]))
    #expect(abs(loss - ce) < 1e-6)
    #expect(abs(try #require(result.numbers["weight"])) < 1e-6)
  }

  @Test func aCertainStudentHasFullWeight() throws {
    var bench = try afterFirstStep("{ type: previous-batch, scheduler: uncertainty }")
    bench.student = LogitTable([[60, 0, 0], [0, 0, 60]] + a.new)
    let result = try bench.step(matched: [0, 1], new: [2, 3])
    #expect(abs(try #require(result.numbers["weight"]) - 1) < 1e-6)
  }

  @Test(arguments: ["scheduler: spy", "loss: spy, scheduler: constant"])
  func whatIsRememberedAndScheduledIsConstant(parts: String) throws {
    let objective = try component(
      "{ type: previous-batch, \(parts) }", as: (any Objective).self, from: plugins + [SpyPlugin.self])
    var bench = ObjectiveBench(objective, LogitTableTask(classes: a.labels, of: 3), student: a.previous + a.new)
    _ = try bench.step(new: [0, 1])
    bench.student = LogitTable(a.matched + a.new)
    let result = try bench.step(matched: [0, 1], new: [2, 3])
    #expect(result.numbers["lmbc"] != 0)
  }

  @Test func withoutAlphaAndSofteningDynamicFinetuningIsFinetuning() throws {
    let dynamic = try second(
      """
      { type: dynamic-finetune, alpha: 0,
        scheduler: { type: uncertainty, temperature: 1, dynamic_temperature: false } }
      """)
    let finetune = try second("supervised")
    #expect(dynamic.numbers["loss"] == finetune.numbers["loss"])
    #expect(dynamic.gradient == finetune.gradient)
  }

  @Test func aSingleMatchedExampleWeighsNothingAgainstItself() throws {
    let objective = try component(
      "{ type: previous-batch, scheduler: { type: uncertainty, normaliser: batch-max } }", as: (any Objective).self,
      from: plugins)
    var bench = ObjectiveBench(objective, LogitTableTask(classes: a.labels, of: 3), student: a.previous + a.new)
    _ = try bench.step(new: [0])
    let result = try bench.step(matched: [0], new: [0])
    #expect(result.numbers["weight"] == 0)
  }

  @Test(arguments: [
    "constant", "uncertainty", "{ type: uncertainty, normaliser: weight-sum }",
    "{ type: uncertainty, rule: loss-over-batch-mean }",
  ])
  func certaintyAndUnderflowGiveNoNaN(scheduler: String) throws {
    let objective = try component(
      "{ type: previous-batch, scheduler: \(scheduler) }", as: (any Objective).self, from: plugins)
    var bench = ObjectiveBench(
      objective, LogitTableTask(classes: [0, 1], of: 3), student: [[900, 0, -900], [0, 0, 0]])
    _ = try bench.step(new: [0])
    bench.student = LogitTable([[-900, 900, 0], [0, 0, 0]])
    let result = try bench.step(matched: [0], new: [1])
    #expect(result.numbers.values.allSatisfy { $0.isFinite })
    #expect(result.gradient.joined().allSatisfy { $0.isFinite })
  }

  @Test func aScoreIsComparedBySquaredErrorAndHasNoUncertainty() throws {
    let objective = try component(
      "{ type: previous-batch, alpha: 0.5, scheduler: uncertainty }", as: (any Objective).self, from: plugins)
    var bench = ObjectiveBench(objective, LogitTableTask(scores: [1, 2]), student: [[0.5], [1]])
    _ = try bench.step(new: [0])
    bench.student = LogitTable([[2], [1]])
    let result = try bench.step(matched: [0], new: [1])
    #expect(result.numbers["mse"] == 1)  // (1² + 1²) / 2
    #expect(result.numbers["lmbc"] == 2.25)  // (2 - 0.5)²
    #expect(result.numbers["loss"] == 2.125)
    #expect(result.numbers["weight"] == 1)
  }

  private func afterFirstStep(_ recipe: String) throws -> ObjectiveBench {
    let objective = try component(recipe, as: (any Objective).self, from: plugins)
    var bench = ObjectiveBench(objective, LogitTableTask(classes: a.labels, of: 3), student: a.previous + a.new)
    _ = try bench.step(new: [0, 1])
    return bench
  }
}

/// Fails when anything but the student's output carries history.
private enum SpyPlugin: Plugin {
  static let name = "spies"
  static func register(in registry: inout Registry) {
    registry.add(scheduler: SpyScheduler.self)
    registry.add(loss: SpyLoss.self)
  }
}

private struct SpyScheduler: DynamicScheduler {
  static let name = "spy"
  static let summary = "Looks for history in what it is given."
  init(_: NoOptions, _: inout BuildContext) {}
  func knobs(_ signal: ScheduleSignal) -> Knobs {
    for tensor in [signal.student, signal.teacher, signal.studentLoss, signal.teacherLoss] {
      #expect(!tensor.isTracked)
    }
    return Knobs(weight: Tensor(1), temperature: Tensor(2))
  }
}

private struct SpyLoss: DistillationLoss {
  static let name = "spy"
  static let summary = "Looks for history in what it is given."
  init(_: NoOptions, _: inout BuildContext) {}
  func callAsFunction(_ pair: AlignedPair, _ knobs: Knobs) -> Tensor {
    #expect(pair.student.logits.isTracked)
    for tensor in [pair.teacher.logits, pair.weights, knobs.weight, knobs.temperature, knobs.temperatureFactor] {
      #expect(!tensor.isTracked)
    }
    return (pair.student.logits * pair.student.logits).sum([-1])
  }
}
