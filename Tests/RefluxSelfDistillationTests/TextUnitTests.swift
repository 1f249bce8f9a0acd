import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One step of DLB and DynSDPB on random logits of text, every option, as torch computes them in float64.
@Suite("distil_units.json, text")
struct TextUnitTests {
  private static func options(_ given: JSONObject) throws -> (scheduler: String, aligner: String) {
    let pairs = try given.entries.map { key, value in
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
      case ("map_temperature", "onTokens"): ""
      default: throw RecipeError("the fixture has an option '\(key)' that this test does not know")
      }
    }
    let softening = given["map_temperature"] == nil ? "on-map" : "on-tokens"
    return (pairs.joined(), "{ type: vocabulary-map, temperature: \(softening) }")
  }

  @Test(arguments: 0..<13) func oneStep(_ index: Int) throws {
    let data = try #require(try JSON(contentsOf: fixture("distil_units.json"))["decoder"])
    let cases = try #require(data["cases"]?.array)
    #expect(cases.count == 13)
    let expected = cases[index]
    let (tau, alpha) = (try #require(data["tau"]?.number), try #require(data["alpha"]?.number))
    let options = try Self.options(try #require(expected["options"]?.object))
    let scheduler =
      expected["method"] == "dlb"
      ? "{ type: constant, temperature: \(tau) }" : "{ type: uncertainty, temperature: \(tau)\(options.scheduler) }"
    func logits(_ name: String) throws -> [[[Float]]] {
      try #require(data[name]?.array).map {
        ($0.array ?? []).map { ($0.array ?? []).compactMap { $0.number.map(Float.init) } }
      }
    }
    let (before, matched, new) = (try logits("prev_logits"), try logits("matched_logits"), try logits("new_logits"))
    // Logits at t predict the label at t + 1.
    let targets = try #require(data["labels"]?.array).map { row in
      (row.array ?? []).compactMap(\.integer).dropFirst().map { max($0, -1) } + [-1]
    }
    var bench = try TextBench(
      "{ type: previous-batch, alpha: \(alpha), scheduler: \(scheduler), aligner: \(options.aligner) }",
      TokenTable(before + new), targets)
    _ = try bench.step(new: Array(before.indices))
    bench.student = TokenTable(matched + new)
    let result = try bench.step(
      matched: Array(before.indices), new: Array(before.count..<before.count + new.count))

    for name in ["loss", "ce", "lmbc"] {
      #expect(abs(try #require(result.numbers[name]) - (try #require(expected[name]?.number))) < 1e-5, "\(name)")
    }
    func mean(_ name: String) throws -> Double {
      let values = try #require(expected[name]?.array).compactMap(\.number)
      return values.reduce(0, +) / Double(values.count)
    }
    #expect(abs(try #require(result.numbers["weight"]) - (try mean("w"))) < 2e-6)
    #expect(abs(try #require(result.numbers["temperature"]) - (try mean("tau"))) < 1e-5)
    let split = matched.flatMap { $0.flatMap { $0 } }.count
    for (name, values) in [
      ("grad_matched", Array(result.gradient[..<split])), ("grad_new", Array(result.gradient[split...])),
    ] {
      let stats = try #require(expected[name])
      let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let turned = values.enumerated().reduce(0) { $0 + $1.element * cos(Double($1.offset)) }
      #expect(abs(length - (try #require(stats["l2"]?.number))) < 5e-6, "\(name)")
      #expect(abs(turned - (try #require(stats["dot_cos"]?.number))) < 1e-5, "\(name)")
      #expect(values.count == stats["n"]?.integer)
    }
  }
}
