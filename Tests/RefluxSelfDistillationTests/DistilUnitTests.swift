import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

/// One step of DLB and DynSDPB on random logits, every option, as torch computes them in float64.
@Suite("distil_units.json")
struct DistilUnitTests {
  static let document = Result {
    let json = try JSON(contentsOf: fixture("distil_units.json"))
    return try #require(json["classification"])
  }

  /// The fixture's names for our options.
  private static func options(_ given: JSONObject) throws -> String {
    try given.entries.map { key, value in
      switch (key, value) {
      case ("weight", "normalizedEntropy"): ", direction: direct"
      case ("normaliser", "batchMax"): ", normaliser: batch-max"
      case ("normaliser", "weightSum"): ", normaliser: weight-sum"
      case ("uncertainty_from", "previous"): ", uncertainty_source: previous"
      case ("temperature", "lossOverBatchMean"): ", rule: loss-over-batch-mean"
      case ("temperature", "lossOverLogC"): ", rule: loss-over-log-c"
      case ("temperature", "onePlusLoss"): ", rule: one-plus-loss"
      case ("tau_squared", "base"): ", square: base"
      case ("tau_squared", "none"): ", square: none"
      case ("tau_min", let bound): ", minimum_temperature: \(try #require(bound.number))"
      case ("tau_max", let bound): ", maximum_temperature: \(try #require(bound.number))"
      default: throw RecipeError("the fixture has an option '\(key)' that this test does not know")
      }
    }.joined()
  }

  @Test(arguments: 0..<12) func oneStep(_ index: Int) throws {
    let data = try Self.document.get()
    let cases = try #require(data["cases"]?.array)
    #expect(cases.count == 12)
    let expected = cases[index]
    let temperature = try #require(data["tau"]?.number), alpha = try #require(data["alpha"]?.number)
    let scheduler =
      expected["method"] == "dlb"
      ? "type: constant, temperature: \(temperature)"
      : "type: uncertainty, temperature: \(temperature)\(try Self.options(try #require(expected["options"]?.object)))"
    let objective = try component(
      "{ type: previous-batch, alpha: \(alpha), scheduler: { \(scheduler) } }", as: (any Objective).self, from: plugins)

    let previous = try rows(data["prev_logits"]), matched = try rows(data["matched_logits"])
    let new = try rows(data["new_logits"])
    let labels = try #require(data["labels"]?.array).compactMap(\.integer)
    var bench = ObjectiveBench(objective, LogitTableTask(classes: labels, of: 3), student: previous + new)
    _ = try bench.step(new: [0, 1, 2, 3])
    bench.student = LogitTable(matched + new)
    let result = try bench.step(matched: [0, 1, 2, 3], new: [4, 5, 6])

    try checkEachExample(expected, "{ \(scheduler) }", previous, matched, labels)
    for name in ["loss", "ce", "lmbc"] {
      #expect(abs(try #require(result.numbers[name]) - (try #require(expected[name]?.number))) < 2e-6, "\(name)")
    }
    let weights = try list(expected["w"]), temperatures = try list(expected["tau"])
    #expect(abs(try #require(result.numbers["weight"]) - weights.reduce(0, +) / 4) < 1e-6)
    #expect(abs(try #require(result.numbers["temperature"]) - temperatures.reduce(0, +) / 4) < 4e-6)
    #expect(abs(try #require(result.numbers["temperature_min"]) - (try #require(temperatures.min()))) < 4e-6)
    #expect(abs(try #require(result.numbers["temperature_max"]) - (try #require(temperatures.max()))) < 4e-6)
    let gradient =
      try #require(expected["grad_matched"]?.array).map(list) + #require(expected["grad_new"]?.array).map(list)
    #expect(difference(result.gradient, gradient) < 2e-6)
  }

  /// The weight, temperature and divergence of every matched example.
  private func checkEachExample(
    _ expected: JSON, _ recipe: String, _ previous: [[Float]], _ matched: [[Float]], _ labels: [Int]
  ) throws {
    let task = LogitTableTask(classes: labels, of: 3)
    let block = try task.batch(Array(matched.indices)).input
    func output(_ rows: [[Float]]) -> ModelOutput { ModelOutput(logits: Tensor(rows.flatMap { $0 }, [rows.count, 3])) }
    let (now, then) = (output(matched), output(previous))
    var scheduler = try component(recipe, as: (any DynamicScheduler).self, from: plugins)
    let knobs = try scheduler.knobs(
      ScheduleSignal(
        progress: Progress(totalSteps: 1), student: now.logits, teacher: then.logits,
        studentLoss: try task.loss(now, block), teacherLoss: try task.loss(then, block)))
    let ones = Tensor.ones([matched.count])
    let divergence = try component("kl", as: (any DistillationLoss).self, from: plugins)
    let terms = try divergence(AlignedPair(student: now, teacher: then, weights: ones), knobs)
    let found = [
      "w": knobs.weight * ones, "tau": knobs.temperature * ones, "kl": terms / knobs.temperatureFactor,
    ]
    for (name, tensor) in found {
      let values = try list(expected[name])
      #expect(difference([tensor.floats], [values]) < 4e-6, "\(name)")
    }
  }

  private func list(_ json: JSON?) throws -> [Double] { try #require(json?.array).compactMap(\.number) }
  private func rows(_ json: JSON?) throws -> [[Float]] {
    try #require(json?.array).map { try list($0).map(Float.init) }
  }
}
