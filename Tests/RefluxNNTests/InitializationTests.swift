import RefluxTensor
import Testing

@testable import RefluxNN

@Suite struct InitializationTests {
  @Test func normalNumbersHaveTheirMoments() {
    let values = Initialization.normal(deviation: 0.02).values([200, 301], seed: 3, name: "a.weight")
    #expect(values.count == 60_200)
    let mean = values.reduce(0) { $0 + Double($1) } / 60_200
    func moment(_ power: Int) -> Double {
      values.reduce(0) { sum, value in sum + (0..<power).reduce(1) { p, _ in p * Double(value) / 0.02 } } / 60_200
    }
    #expect(abs(mean) < 0.02 * 4 / 60_200.squareRoot())  // four standard errors
    #expect(abs(moment(2) - 1) < 4 * (2 / 60_200.0).squareRoot())
    #expect(abs(moment(3)) < 4 * (15 / 60_200.0).squareRoot())
    #expect(abs(moment(4) - 3) < 4 * (96 / 60_200.0).squareRoot())
  }

  @Test func aParameterDependsOnSeedAndNameAlone() throws {
    let one = FreshParameters(seed: 1, on: ReferenceBackend.shared)
    let normal = Initialization.normal(deviation: 1)
    let first = try one.parameter("a", [3, 2], normal).floats
    _ = try one.parameter("b", [5], normal)
    #expect(try one.parameter("a", [3, 2], normal).floats == first)
    #expect(try one.parameter("b", [3, 2], normal).floats != first)
    #expect(try FreshParameters(seed: 2, on: ReferenceBackend.shared).parameter("a", [3, 2], normal).floats != first)
  }

  @Test func whatDoesNotFitIsNotMade() throws {
    let fresh = FreshParameters(seed: 1, on: ReferenceBackend.shared, memory: 1_000_000_000)
    _ = try fresh.parameter("a", [1000], .zeros)
    let message = { (shape: Shape) in
      #expect(throws: ModelTooLarge.self) { try fresh.parameter("b", shape, .zeros) }?.description
    }
    #expect(
      message([250_000, 1000])
        == "a model of these sizes has at least 1.0 GB of weights, and this machine has 1.0 GB of memory")
    #expect(
      message([1 << 40, 1 << 40])
        == "a model of these sizes has at least 9223372036.9 GB of weights, and this machine has 1.0 GB of memory")
    #expect(try fresh.parameter("b", [1000], .zeros).count == 1000)
  }

  @Test func thePaddingRowIsZero() {
    let values = Initialization.normal(deviation: 1, padding: 1).values([3, 4], seed: 0, name: "words")
    #expect(values[4..<8].allSatisfy { $0 == 0 } && values[0..<4].allSatisfy { $0 != 0 })
    #expect(Initialization.ones.values([2], seed: 0, name: "x") == [1, 1])
    #expect(Initialization.zeros.values([2], seed: 0, name: "x") == [0, 0])
  }
}
