import RefluxBasics
import RefluxCore
import RefluxIO
import RefluxLosses
import RefluxSelfDistillation
import RefluxTesting
import Testing

let plugins: [any Plugin.Type] = [BasicsPlugin.self, LossesPlugin.self, SelfDistillationPlugin.self]

/// The method cards' numbers for two matched and two new examples of three classes.
struct FixtureA {
  let previous, matched, new: [[Float]]
  let labels: [Int]
  let numbers: JSON

  init() throws {
    let json = try JSON(contentsOf: fixture("methods/fixture_a.json"))
    func rows(_ key: String) throws -> [[Float]] {
      try #require(json[key]?.array).map { try #require($0.array).compactMap { $0.number.map(Float.init) } }
    }
    (previous, matched, new) = (try rows("previous"), try rows("matched"), try rows("new"))
    labels = try #require(json["labels"]?.array).compactMap(\.integer)
    numbers = try #require(json["numbers"])
  }

  func number(_ key: String) throws -> Double { try #require(numbers[key]?.number) }
  func list(_ key: String) throws -> [Double] { try #require(numbers[key]?.array).compactMap(\.number) }
  func rows(_ key: String) throws -> [[Double]] {
    try #require(numbers[key]?.array).map { try #require($0.array).compactMap(\.number) }
  }

  /// The second step of a run whose first step said `previous` about the matched examples.
  func secondStep(_ recipe: String) throws -> ObjectiveBench.Result {
    let objective = try component(recipe, as: (any Objective).self, from: plugins)
    var bench = ObjectiveBench(objective, LogitTableTask(classes: labels, of: 3), student: previous + new)
    try bench.prepare()
    _ = try bench.step(new: [0, 1])
    bench.student = LogitTable(matched + new)
    return try bench.step(matched: [0, 1], new: [2, 3])
  }
}

/// The largest difference between two tables of numbers; infinite if their shapes differ.
func difference(_ a: [[Float]], _ b: [[Double]]) -> Double {
  guard a.map(\.count) == b.map(\.count) else { return .infinity }
  return zip(a, b).reduce(0) { max($0, zip($1.0, $1.1).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }) }
}

@Suite("The method cards' numbers")
struct FixtureATests {
  let a: FixtureA
  init() throws { a = try FixtureA() }

  private func recipe(_ scheduler: String, alpha: Float = 1, more: String = "") -> String {
    "{ type: previous-batch, alpha: \(alpha)\(more), scheduler: { \(scheduler) } }"
  }

  @Test(
    "DLB",
    arguments: [
      ("constant, temperature: 2", 1, "", "DLB.total_alpha1"), ("constant, temperature: 2", 0, "", "DLB.total_alpha0"),
      ("constant, temperature: 1", 1, "", "DLB.total_alpha1_tau1"),
      ("constant, temperature: 3", 1, "", "DLB.total_alpha1_tau3"),
      ("constant, temperature: 2", 1, ", denominator: full-batch", "DLB.total_norm2n_alpha1"),
    ] as [(String, Float, String, String)])
  func dlb(scheduler: String, alpha: Float, more: String, key: String) throws {
    let result = try a.secondStep(recipe("type: \(scheduler)", alpha: alpha, more: more))
    #expect(abs(try #require(result.numbers["loss"]) - (try a.number(key))) < 1e-6)
  }

  @Test func dlbPartsAndGradients() throws {
    let result = try a.secondStep(recipe("type: constant, temperature: 2"))
    #expect(abs(try #require(result.numbers["ce"]) - (try a.number("DLB.ce_2n_mean"))) < 1e-6)
    #expect(abs(try #require(result.numbers["lmbc"]) - (try a.number("DLB.lmbc"))) < 1e-6)
    #expect(result.numbers["weight"] == 1)
    #expect(result.numbers["temperature_min"] == 2)
    let expected = try a.rows("DLB.grad_matched_logits_alpha1") + a.rows("DLB.grad_new_logits")
    #expect(difference(result.gradient, expected) < 1e-6)
  }

  @Test func firstStepIsTheLossOfTheNewExamples() throws {
    let objective = try component(recipe("type: constant"), as: (any Objective).self, from: plugins)
    var bench = ObjectiveBench(objective, LogitTableTask(classes: a.labels, of: 3), student: a.matched + a.new)
    let result = try bench.step(new: [2, 3])
    #expect(abs(try #require(result.numbers["loss"]) - (try a.number("DLB.first_step_total"))) < 1e-6)
    #expect(result.numbers["lmbc"] == 0)
  }

  @Test(
    "DynSDPB and its options",
    arguments: [
      ("", "Dyn.total_default"), (", dynamic_temperature: false", "Dyn.total_alpha_only"),
      (", dynamic_weight: false", "Dyn.total_tau_only"),
      (", dynamic_weight: false, dynamic_temperature: false", "Dyn.total_both_off(=DLB)"),
      (", direction: direct", "Dyn.total_weight_u/U"), (", normaliser: weight-sum", "Dyn.total_weight_sumnorm"),
      (", square: base", "Dyn.total_tauSquared_base"),
      (", uncertainty_source: previous", "Dyn.total_uncertaintyFromPrev"),
      (", rule: loss-over-batch-mean", "Dyn.total_meanNormalised"),
      (", rule: loss-over-log-c", "Dyn.total_logCNormalised"), (", rule: one-plus-loss", "Dyn.total_onePlus"),
      (", minimum_temperature: 1, maximum_temperature: 2", "Dyn.total_clamp_1_2"),
    ])
  func dynSDPB(options: String, key: String) throws {
    let result = try a.secondStep(recipe("type: uncertainty, temperature: 2\(options)"))
    #expect(abs(try #require(result.numbers["loss"]) - (try a.number(key))) < 1e-6)
  }

  @Test func dynSDPBPartsAndGradients() throws {
    let result = try a.secondStep(recipe("type: uncertainty, temperature: 2"))
    #expect(difference(Array(result.gradient.prefix(2)), try a.rows("Dyn.grad_matched_logits_default")) < 1e-6)
    let expected = [
      "lmbc": try a.number("Dyn.lmbc_weighted_mean"), "weight": try mean("Dyn.w_default(1-u/U)"),
      "uncertainty": try mean("Dyn.u"), "temperature": try mean("Dyn.tau_i"), "clamped": 0,
      "temperature_min": try a.list("Dyn.tau_i")[0], "temperature_max": try a.list("Dyn.tau_i")[1],
    ]
    for (name, value) in expected { #expect(abs(try #require(result.numbers[name]) - value) < 1e-6, "\(name)") }
  }

  @Test func clampedTemperaturesAreCounted() throws {
    let result = try a.secondStep(
      recipe("type: uncertainty, temperature: 2, minimum_temperature: 1, maximum_temperature: 2"))
    #expect(result.numbers["clamped"] == 0.5)
    #expect(result.numbers["temperature_max"] == 2)
  }

  @Test(
    "Dynamic fine-tuning",
    arguments: [
      ("scheduler: { type: uncertainty, temperature: 1, dynamic_temperature: false }", "DynFT.weightedCE_tau1"),
      ("scheduler: { type: uncertainty, temperature: 2 }", "DynFT.default_alpha1_tau2"),
      ("form: literal", "DynFT.literal_w_times_ce"),
    ])
  func dynamicFinetune(options: String, key: String) throws {
    let objective = try component(
      "{ type: dynamic-finetune, \(options) }", as: (any Objective).self, from: plugins)
    var bench = ObjectiveBench(objective, LogitTableTask(classes: a.labels, of: 3), student: a.matched + a.new)
    let result = try bench.step(new: [0, 1])
    #expect(abs(try #require(result.numbers["loss"]) - (try a.number(key))) < 1e-6)
    #expect(abs(try #require(result.numbers["ce"]) - (try a.number("KD.ce_mean"))) < 1e-6)
  }

  private func mean(_ key: String) throws -> Double {
    let values = try a.list(key)
    return values.reduce(0, +) / Double(values.count)
  }
}
