import RefluxCore
import RefluxTesting
import Testing

@Suite struct ModuleSetTests {
  private struct Toy: Module {
    var weight: Tensor
    mutating func visit(_ visitor: inout ParameterVisitor) { visitor.visit("weight", &weight) }
  }

  /// One name begins with the other.
  @Test func gradientsOfTwoModulesDoNotMix() throws {
    var set = ModuleSet()
    set["student"] = Toy(weight: Tensor([2]))
    set["student.projection"] = Toy(weight: Tensor([5]))
    let (_, gradients) = try set.valueAndGradient(of: ["student", "student.projection"]) { set in
      let student = try #require(set["student"] as? Toy), projection = try #require(set["student.projection"] as? Toy)
      return ((student.weight * projection.weight).sum(), ())
    }
    let found = gradients.mapValues { Dictionary(uniqueKeysWithValues: $0.map { ($0, $1.floats) }) }
    #expect(found == ["student": ["weight": [5]], "student.projection": ["weight": [2]]])
  }
}
