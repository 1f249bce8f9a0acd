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

  @Test func aParameterDependsOnSeedAndNameAlone() {
    let one = FreshParameters(seed: 1, on: ReferenceBackend.shared)
    let normal = Initialization.normal(deviation: 1)
    let first = one.parameter("a", [3, 2], normal).floats
    _ = one.parameter("b", [5], normal)
    #expect(one.parameter("a", [3, 2], normal).floats == first)
    #expect(one.parameter("b", [3, 2], normal).floats != first)
    #expect(FreshParameters(seed: 2, on: ReferenceBackend.shared).parameter("a", [3, 2], normal).floats != first)
  }

  @Test func thePaddingRowIsZero() {
    let values = Initialization.normal(deviation: 1, padding: 1).values([3, 4], seed: 0, name: "words")
    #expect(values[4..<8].allSatisfy { $0 == 0 } && values[0..<4].allSatisfy { $0 != 0 })
    #expect(Initialization.ones.values([2], seed: 0, name: "x") == [1, 1])
    #expect(Initialization.zeros.values([2], seed: 0, name: "x") == [0, 0])
  }
}
