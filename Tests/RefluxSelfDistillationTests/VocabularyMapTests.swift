import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The numbers of card 3.5 and 3.8: four words; two tokens at the step before, three now.
@Suite("vocabulary-map")
struct VocabularyMapTests {
  private static let before: [[Double]] = [[0.7, 0.1, 0.1, 0.1], [0.2, 0.5, 0.2, 0.1]]
  private static let now: [[Double]] = [[0.6, 0.2, 0.1, 0.1], [0.25, 0.25, 0.25, 0.25], [0.1, 0.6, 0.2, 0.1]]

  /// Logarithms, filled up to three positions.
  private func table(_ rows: [[Double]]) -> TokenTable {
    let logits = rows.map { $0.map { Float(log($0)) } }
    return TokenTable([logits + [[Float]](repeating: [0, 0, 0, 0], count: 3 - rows.count)])
  }

  /// The consistency of the second step.
  private func lmbc(
    _ aligner: String, _ scheduler: String = "{ type: constant, temperature: 1 }", before: [[Double]] = before,
    now: [[Double]] = now
  ) throws -> Double {
    try second(aligner, scheduler, before: before, now: now).numbers["lmbc"] ?? .nan
  }

  private func second(
    _ aligner: String, _ scheduler: String, before: [[Double]] = before, now: [[Double]] = now,
    gold: [Int] = [1, 0, 1]
  ) throws -> (numbers: [String: Double], gradient: [Double]) {
    func targets(_ count: Int) -> [[Int]] { [Array(gold.prefix(count)) + [Int](repeating: -1, count: 3 - count)] }
    var bench = try TextBench(
      "{ type: previous-batch, aligner: \(aligner), scheduler: \(scheduler) }", table(before), targets(before.count))
    _ = try bench.step(new: [0])
    (bench.student, bench.targets) = (table(now), targets(now.count))
    return try bench.step(matched: [0], new: [])
  }

  private func constant(_ temperature: Int) -> String { "{ type: constant, temperature: \(temperature) }" }

  @Test func numbersOfTheCard() throws {
    let cases: [(String, Int, Double)] = [
      ("vocabulary-map", 1, 0.041237), ("automatic", 1, 0.041237), ("vocabulary-map", 2, 0.041283),
      ("{ type: vocabulary-map, temperature: on-tokens }", 1, 0.041237),
      ("{ type: vocabulary-map, temperature: on-tokens }", 2, 0.049375),
      ("{ type: vocabulary-map, normalise: min-max }", 1, 0.061120),
      ("{ type: vocabulary-map, normalise: softmax-of-sum }", 1, 0.012394),
    ]
    for (aligner, temperature, wanted) in cases {
      #expect(abs(try lmbc(aligner, constant(temperature)) - wanted) < 1e-6, "\(aligner) at \(temperature)")
    }
    // The first two tokens of both, as maps and token by token, and the first alone.
    let (first, two) = (Array(Self.before.prefix(1)), Array(Self.now.prefix(2)))
    #expect(abs(try lmbc("vocabulary-map", now: two) - 0.032942) < 1e-6)
    #expect(abs(try lmbc("tokenwise", now: two) - 0.102139) < 1e-6)
    for aligner in ["vocabulary-map", "tokenwise", "{ type: vocabulary-map, vector: logits }"] {
      #expect(abs(try lmbc(aligner, before: first, now: Array(two.prefix(1))) - 0.038591) < 1e-6, "\(aligner)")
      let soft = try lmbc(aligner, constant(2), before: first, now: Array(two.prefix(1)))
      #expect(abs(soft / 4 - 0.012611) < 1e-6, "\(aligner)")
    }
  }

  @Test func wholeStepOfTheCard() throws {
    let result = try second("vocabulary-map", "{ type: uncertainty, temperature: 2 }").numbers
    for (name, wanted) in [
      ("ce", 1.168853), ("temperature", 2.337705), ("weight", 0.143016), ("lmbc", 0.005876), ("loss", 1.174729),
    ] { #expect(abs(try #require(result[name]) - wanted) < 1e-6, "\(name)") }
    // Entropies: of the tokens 0.856984 · ln 4 on average, of their map 0.957342 · ln 4.
    #expect(abs(try #require(result["uncertainty"]) / log(4) - 0.856984) < 1e-6)
    let map = try second("vocabulary-map", "{ type: uncertainty, temperature: 2, text_uncertainty: map }").numbers
    #expect(abs(try #require(map["weight"]) - (1 - 0.957342)) < 1e-6)
  }

  /// The mean of the logits, by hand.
  @Test func mapsOfLogits() throws {
    func divergence(_ scale: (Int) -> Double) -> Double {
      func map(_ rows: [[Double]]) -> [Double] {
        let sums = (0..<4).map { word in exp(rows.reduce(0) { $0 + log($1[word]) } * scale(rows.count)) }
        return sums.map { $0 / sums.reduce(0, +) }
      }
      return zip(map(Self.before), map(Self.now)).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
    }
    let mean = try lmbc("{ type: vocabulary-map, vector: logits }")
    #expect(abs(mean - divergence { 1 / Double($0) }) < 1e-6)
    let sum = try lmbc("{ type: vocabulary-map, vector: logits, normalise: softmax-of-sum }")
    #expect(abs(sum - divergence { _ in 1 }) < 1e-6)
  }

  /// R9: the order of positions and saying everything twice make no difference; maps are never further apart than tokens.
  @Test func invariances() throws {
    let once = try lmbc("vocabulary-map")
    #expect(abs(try lmbc("vocabulary-map", now: Array(Self.now.reversed())) - once) < 1e-6)
    let two = Array(Self.now.prefix(1))
    #expect(abs(try lmbc("vocabulary-map", before: two + two, now: two) - 0) < 1e-6)
    var random = RandomSource(seed: 3)
    for _ in 0..<20 {
      func rows() -> [[Double]] {
        (0..<3).map { _ in
          let powers = (0..<4).map { _ in exp(Double(random.next() % 1000) / 300) }
          return powers.map { $0 / powers.reduce(0, +) }
        }
      }
      let (a, b) = (rows(), rows())
      let maps = try lmbc("vocabulary-map", before: a, now: b)
      let tokens = try lmbc("tokenwise", before: a, now: b)
      #expect(maps <= tokens + 1e-6)
    }
  }

  /// R10: positions without a label are not in the map, and a row without any contributes nothing.
  @Test func rowsWithoutLabels() throws {
    for aligner in ["vocabulary-map", "tokenwise"] {
      var bench = try TextBench(
        "{ type: previous-batch, aligner: \(aligner), scheduler: \(constant(1)) }", table(Self.now), [[-1, -1, -1]])
      bench.student = TokenTable([table(Self.now), table(Self.now)].map { chunk($0.logits.floats) })
      bench.targets = [[1, 0, 1], [-1, -1, -1]]
      _ = try bench.step(new: [0, 1])
      bench.student = TokenTable(
        [Self.before + [Self.before[0]], Self.now].map { $0.map { $0.map { Float(log($0)) } } })
      let both = try bench.step(matched: [0, 1], new: [])
      #expect(both.gradient.suffix(12).allSatisfy { $0 == 0 }, "\(aligner)")
      #expect(both.numbers.values.allSatisfy { $0.isFinite }, "\(aligner)")
    }
  }

  private func chunk(_ values: [Float]) -> [[Float]] {
    stride(from: 0, to: values.count, by: 4).map { Array(values[$0..<$0 + 4]) }
  }

  @Test func whatDoesNotGoTogether() throws {
    #expect(
      thrownMessage { try lmbc("tokenwise") }
        == "rows of [3] and [2] positions do not correspond one to one; use 'vocabulary-map'")
    #expect(
      thrownMessage { try lmbc("identity") }
        == "the aligner 'identity' compares classes, and this model predicts text; use 'vocabulary-map' or 'tokenwise'")
    #expect(
      thrownMessage { try lmbc("{ type: vocabulary-map, vector: logits, temperature: on-tokens }") }
        == "aligner 'vocabulary-map': temperature: on-tokens softens distributions; with vector: logits it must be on-map"
    )
    var bench = ObjectiveBench(
      try component("{ type: previous-batch, aligner: vocabulary-map }", as: (any Objective).self, from: plugins),
      LogitTableTask(classes: [0, 1], of: 2), student: [[0, 1], [1, 0]])
    #expect(
      thrownMessage { try bench.step(new: [0, 1]) }
        == "the aligner 'vocabulary-map' compares text, which this model does not predict; use 'identity'")
  }

  /// One map and three numbers per row are all that is remembered.
  @Test func whatIsRemembered() throws {
    var bench = try TextBench(
      "{ type: previous-batch, scheduler: uncertainty }", table(Self.now), [[1, 0, 1]])
    _ = try bench.step(new: [0])
    let memory = try bench.objective.state().entry("memory")
    #expect(try memory.entry("logits").tensor().shape == [1, 4])
    #expect(try memory.entry("losses").tensor().count == 1)
    #expect(try memory.entry("entropies").tensor().count == 1)
    // And it is enough to go on.
    var resumed = try TextBench(
      "{ type: previous-batch, scheduler: uncertainty }", table(Self.before + Self.before.prefix(1)), [[1, 0, 1]])
    try resumed.objective.restore(bench.objective.state())
    bench.student = resumed.student
    let (one, other) = (try bench.step(matched: [0], new: []), try resumed.step(matched: [0], new: []))
    #expect(one.numbers == other.numbers)
  }
}
