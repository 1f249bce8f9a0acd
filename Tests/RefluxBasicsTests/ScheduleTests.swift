import RefluxBasics
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

/// Against the factors of transformers' schedules (`Tests/Fixtures/scripts/optimizers.py`).
@Suite("Learning-rate schedules")
struct ScheduleTests {
  private func schedule(_ recipe: String) throws -> any LearningRateSchedule {
    try component(recipe, from: [BasicsPlugin.self])
  }

  @Test(
    arguments: [
      ("constant", "constant-0"), ("{ type: constant, warmup_steps: 3 }", "constant-3"), ("linear", "linear-0"),
      ("{ type: linear, warmup_steps: 3 }", "linear-3"), ("{ type: linear, warmup_ratio: 0.25 }", "linear-3"),
      ("{ type: linear, warmup_ratio: 0.2 }", "linear-3"), ("cosine", "cosine-0-0.5"),
      ("{ type: cosine, warmup_steps: 3 }", "cosine-3-0.5"), ("{ type: cosine, cycles: 1.5 }", "cosine-0-1.5"),
      ("{ type: cosine, warmup_ratio: 0.25, cycles: 1.5 }", "cosine-3-1.5"),
    ])
  func asTransformers(recipe: String, key: String) throws {
    let json = try #require(try JSON(contentsOf: fixture("methods/optimizers.json"))["schedules"])
    let expected = try #require(json["factors"]?[key]?.array).compactMap(\.number)
    let schedule = try schedule(recipe)
    var progress = Progress(totalSteps: try #require(json["total"]?.integer))
    for (step, factor) in expected.enumerated() {
      progress.step = step
      #expect(abs(Double(schedule.factor(progress)) - factor) < 1e-6, "step \(step)")
    }
  }

  @Test func theFirstStepOfAWarmUpStandsStill() throws {
    #expect(try schedule("{ type: linear, warmup_steps: 2 }").factor(Progress(totalSteps: 10)) == 0)
    #expect(try schedule("linear").factor(Progress(totalSteps: 10)) == 1)
  }

  // 0.1 of 30 steps are 3, not 4: the ratio's float is a little above 0.1.
  @Test func ratiosAreDecimals() throws {
    let schedule = try schedule("{ type: linear, warmup_ratio: 0.1 }")
    var progress = Progress(totalSteps: 30)
    progress.step = 3
    #expect(schedule.factor(progress) == 1)
  }

  @Test func oneKindOfWarmUpOnly() {
    #expect(
      thrownMessage { try schedule("{ type: linear, warmup_steps: 3, warmup_ratio: 0.1 }") }
        == "schedule 'linear': give warmup_steps or warmup_ratio, not both")
  }
}
