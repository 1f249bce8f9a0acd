import RefluxCPU
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxBasics

/// Against torch's optimizers in float64 (`Tests/Fixtures/scripts/optimizers.py`).
@Suite("Optimizers")
struct OptimizerTests {
  private let json: JSON
  init() throws { json = try JSON(contentsOf: fixture("methods/optimizers.json")) }

  private static let recipes = [
    "adamw": "{ type: adamw, learning_rate: 0.01, weight_decay: 0.1 }",
    "adamw-large-epsilon":
      "{ type: adamw, learning_rate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-2, weight_decay: 0 }",
    "sgd": "{ type: sgd, learning_rate: 0.1 }",
    "sgd-momentum": "{ type: sgd, learning_rate: 0.1, momentum: 0.9, weight_decay: 5e-4, no_decay: [bias] }",
    "sgd-nesterov":
      "{ type: sgd, learning_rate: 0.1, momentum: 0.9, nesterov: true, weight_decay: 5e-4, no_decay: [bias] }",
  ]

  private func optimizer(_ key: String) throws -> any Optimizer {
    try component(try #require(Self.recipes[key]), from: [BasicsPlugin.self])
  }

  @Test(arguments: recipes.keys.sorted()) func asTorch(key: String) throws {
    var (optimizer, pair) = (try optimizer(key), try start())
    for step in try steps(key) {
      optimizer.update(&pair, named: "student", along: step.gradient, rate: step.factor, gradientScale: 1)
      expect(pair, step.expected, tolerance: 2e-6)
    }
  }

  @Test(arguments: recipes.keys.sorted()) func clippingScalesTheGradient(key: String) throws {
    var (optimizer, pair) = (try optimizer(key), try start())
    for step in try steps(key) {
      optimizer.update(
        &pair, named: "student", along: step.gradient * 4, rate: step.factor, gradientScale: 0.25)
      expect(pair, step.expected, tolerance: 2e-6)
    }
  }

  @Test(arguments: recipes.keys.sorted()) func resumingChangesNoBit(key: String) throws {
    var (optimizer, pair) = (try optimizer(key), try start())
    var (resumed, copy): (any Optimizer, any Module) = (try self.optimizer(key), pair)
    for (number, step) in try steps(key).enumerated() {
      optimizer.update(&pair, named: "student", along: step.gradient, rate: step.factor, gradientScale: 1)
      if number == 2 {
        try resumed.restore(optimizer.state())
        copy = pair
      } else if number > 2 {
        resumed.update(&copy, named: "student", along: step.gradient, rate: step.factor, gradientScale: 1)
        #expect(copy.parameters["weight"]?.floats == pair.parameters["weight"]?.floats)
        #expect(copy.parameters["bias"]?.floats == pair.parameters["bias"]?.floats)
      }
    }
  }

  @Test(arguments: recipes.keys.sorted()) func aCopyOfTheModelStaysAsItWas(key: String) throws {
    var (optimizer, pair) = (try optimizer(key), try start())
    let before = pair
    let step = try #require(try steps(key).last)
    optimizer.update(&pair, named: "student", along: step.gradient, rate: 1, gradientScale: 1)
    #expect(before.parameters["weight"]?.floats == [0.5, -1.25, 2, 0.125])
    #expect(pair.parameters["weight"]?.floats != before.parameters["weight"]?.floats)
  }

  /// A table of which every batch looks up few rows moves as one whose gradient is not known to be zero elsewhere.
  @Test(arguments: [0, 0.1]) func rowsThatWereNeverLookedUpCostNothingAndNoBit(decay: Double) throws {
    let backend = CPUBackend(threads: 2)
    let recipe = "{ type: adamw, learning_rate: 0.05, weight_decay: \(decay) }"
    var few: any Optimizer = try component(recipe, from: [BasicsPlugin.self])
    var all: any Optimizer = try component(recipe, from: [BasicsPlugin.self])
    var random = RandomSource(seed: 5, "table")
    var table: any Module = Table(weight: randomFloats([50, 12], on: backend, &random))
    var whole = table
    for ids in [[3, 7, 3], [7, 40, 41], [0, 49], [3, 8, 9]] as [[Int32]] {
      let slope = randomFloats([ids.count, 12], on: backend, &random)
      let gradient = slope.scatteredRows(Tensor(ids: ids, on: backend), height: 50)
      #expect(gradient.filledRows == Set(ids).sorted())
      let dense = Tensor(gradient.floats, [50, 12], on: backend)
      #expect(dense.filledRows == nil)
      var (a, b) = (Parameters(), Parameters())
      (a["weight"], b["weight"]) = (gradient, dense)
      #expect(abs(a.norm - b.norm) < 1e-6 * b.norm)
      few.update(&table, named: "t", along: a, rate: 1, gradientScale: 0.5)
      all.update(&whole, named: "t", along: b, rate: 1, gradientScale: 0.5)
      #expect(table.parameters["weight"]?.floats == whole.parameters["weight"]?.floats)
      // What a checkpoint restores knows as much.
      let state = few.state()
      few = try component(recipe, from: [BasicsPlugin.self])
      try few.restore(state)
    }
  }

  @Test func parametersWithoutAGradientStay() throws {
    var (optimizer, pair) = (try optimizer("adamw"), try start())
    var gradient = Parameters()
    gradient["bias"] = Tensor([1, 1])
    optimizer.update(&pair, named: "student", along: gradient, rate: 1, gradientScale: 1)
    #expect(pair.parameters["weight"]?.floats == [0.5, -1.25, 2, 0.125])
    #expect(pair.parameters["bias"]?.floats != [0.3, -0.7])
  }

  @Test func normalisationsAndBiasesDoNotDecay() {
    var rule = DecayRule(sparing: ["bias", "norm"])
    for name in [
      "bert.encoder.layer.0.attention.output.LayerNorm.weight", "model.layers.0.input_layernorm.weight",
      "classifier.bias", "bert.embeddings.word_embeddings.weight",
    ] {
      let decays = name.hasSuffix("embeddings.weight")
      #expect(rule.decays(name) == decays)
      // From memory.
      #expect(rule.decays(name) == decays)
    }
  }

  @Test func nesterovNeedsMomentum() {
    #expect(
      thrownMessage {
        try component("{ type: sgd, nesterov: true }", as: (any Optimizer).self, from: [BasicsPlugin.self])
      } == "optimizer 'sgd': nesterov: true needs a momentum above 0")
  }

  private struct Step {
    let gradient: Parameters
    let factor: Float
    let expected: JSON
  }

  private func steps(_ key: String) throws -> [Step] {
    let optimizer = try #require(json["optimizers"]?[key])
    let factors = try #require(optimizer["factors"]?.array), states = try #require(optimizer["states"]?.array)
    let gradients = try #require(json["gradients"]?.array)
    return try states.indices.map { index in
      var gradient = Parameters()
      gradient["weight"] = Tensor(try list(gradients[index]["weight"]), [2, 2])
      gradient["bias"] = Tensor(try list(gradients[index]["bias"]))
      return Step(
        gradient: gradient, factor: Float(try #require(factors[index].number)), expected: states[index])
    }
  }

  private func start() throws -> any Module {
    Pair(weight: Tensor(try list(json["weight"]), [2, 2]), bias: Tensor(try list(json["bias"])))
  }

  private func expect(_ pair: any Module, _ expected: JSON, tolerance: Float) {
    for name in ["weight", "bias"] {
      let values = expected[name]?.array?.compactMap(\.number).map(Float.init) ?? []
      #expect(largestDifference(pair.parameters[name]?.floats ?? [], values) < tolerance)
    }
  }

  private func list(_ json: JSON?) throws -> [Float] {
    try #require(json?.array).compactMap { $0.number.map(Float.init) }
  }
}

private struct Pair: Module {
  var weight, bias: Tensor
  mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("weight", &weight)
    visitor.visit("bias", &bias)
  }
}

private struct Table: Module {
  var weight: Tensor
  mutating func visit(_ visitor: inout ParameterVisitor) { visitor.visit("weight", &weight) }
}
