import RefluxTensor
import RefluxTesting
import Testing

@testable import RefluxNN

/// Layers on numbers that can be followed by hand; whole transformer layers are checked against PyTorch, with BERT.
@Suite struct LayerTests {
  /// Hands out parameters by name.
  private struct Given: ParameterSource {
    var values: [String: [Float]]
    func parameter(_ name: String, _ shape: Shape, _: Initialization) throws -> Tensor {
      Tensor(try #require(values[name], "\(name)"), shape)
    }
  }

  @Test func linearMaps() throws {
    let scope = ParameterScope(Given(values: ["a.weight": [1, 2, 3, 4, 5, 6], "a.bias": [10, 20]]))["a"]
    let linear = try Linear(scope, inputs: 3, outputs: 2, deviation: 1)
    let x = Tensor([1, 0, -1, 2, 1, 0], [2, 3])
    #expect(linear(x).floats == [8, 18, 14, 33])
    #expect(linear.product(x).floats == [-2, -2, 4, 13])
    #expect(linear.parameters.names == ["weight", "bias"])
    let plain = try Linear(scope, inputs: 3, outputs: 2, hasBias: false, deviation: 1)
    #expect(plain(x).floats == [-2, -2, 4, 13] && plain.parameters.names == ["weight"])
  }

  @Test func editingALinearMapKeepsItsBias() throws {
    var linear = try Linear(
      ParameterScope(FreshParameters(seed: 0, on: ReferenceBackend.shared)), inputs: 2, outputs: 2, deviation: 1)
    linear.updateParameters { name, tensor in if name == "bias" { tensor = Tensor([1, 2]) } }
    #expect(linear.bias?.floats == [1, 2])
  }

  @Test func layerNormsOfOneRow() throws {
    let scope = ParameterScope(Given(values: ["weight": [2, 1, 1, 1], "bias": [0, 0, 0, 1]]))
    let norm = try LayerNorm(scope, width: 4, epsilon: 0)
    let result = norm(Tensor([1, 3, 1, 3], [1, 4])).floats  // mean 2, deviation 1
    #expect(largestDifference(result, [-2, 1, -1, 2]) < 1e-6)
    let sum = norm(
      Tensor([0, 1, 0, 1], [1, 4]), bias: Tensor([0, 1, 0, 1]), residual: Tensor([1, 1, 1, 1], [1, 4]), dropout: nil,
      counters: Tensor(ids: [0]))
    #expect(largestDifference(sum.floats, [-2, 1, -1, 2]) < 1e-6)
  }

  @Test func rowsKnowTheTokensThatAreRead() {
    let (offsets, counters): (RowOffsets, [Int32]) = (RowOffsets(lengths: [2, 3]), [5, 6, 7, 8, 9])
    let firsts = PackedRows(offsets, counters: counters, on: ReferenceBackend.shared)
    #expect(firsts.readTokens.ids == [0, 2] && firsts.readCounters.ids == [5, 7])
    let some = PackedRows(offsets, counters: counters, read: [1, 2, 4], on: ReferenceBackend.shared)
    #expect(some.readTokens.ids == [1, 2, 4] && some.readCounters.ids == [6, 7, 9])
  }

  @Test func namesOfAScopeAreJoined() throws {
    let scope = ParameterScope(Given(values: ["bert.pooler.dense.weight": [1], "bert.pooler.dense.bias": [2]]))
    let pooler = try Pooler(scope["bert"]["pooler"]["dense"], width: 1, deviation: 1)
    #expect(pooler.parameters.names == ["weight", "bias"])
    let rows = PackedRows(RowOffsets(lengths: [1]), counters: [0], on: ReferenceBackend.shared)
    var pass = NoDropout()
    #expect(largestDifference(pooler(Tensor([-1.5], [1, 1]), rows, &pass).floats, [0.46211717]) < 1e-6)  // tanh 0.5
  }
}

private struct NoDropout: DropoutSites { func dropout(_: Float) -> Dropout? { nil } }
