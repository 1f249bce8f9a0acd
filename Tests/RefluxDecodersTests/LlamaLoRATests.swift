import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxDecoders

/// Adapters that peft made (rank 4, alpha 8, queries and values), with what peft computes with them in double precision.
@Suite struct LlamaLoRATests {
  private func adapted(
    _ fixtures: LlamaFixture, on backend: any Backend = ReferenceBackend.shared
  ) throws -> any Model {
    try fixtures.model("adapter: { type: lora, checkpoint: \"\(fixture("\(fixtures.name)/lora"))\" }", on: backend)
  }

  /// The logits of each row's last token.
  private func lastLogits(_ llama: any Model, _ fixtures: LlamaFixture) throws -> [Float] {
    var block = try fixtures.block
    block.targets = nil
    return try #require(try llama.evaluated(block).tokens).logits.floats
  }

  @Test(arguments: LlamaFixture.all, testedBackends) func logitsAndLoss(_ name: String, _ backend: any Backend) throws {
    let fixtures = try LlamaFixture(name)
    let llama = try adapted(fixtures, on: backend)
    let wanted = try fixtures.arrays.tensor("lora.logits_last.f64", as: .float32, on: ReferenceBackend.shared).floats
    let found = try lastLogits(llama, fixtures)
    #expect(largestDifference(found, wanted.map(Double.init)) < 5e-5)
    #expect(try lastLogits(fixtures.model(on: backend), fixtures) != found)
    let loss = try Double(llama.loss(fixtures.block).item)
    #expect(abs(loss - (try #require(fixtures.expected["lora"]?["loss_f64"]?.number))) < 1e-5)
  }

  /// The update's weights have the gradients that peft finds; nothing else has any.
  @Test(arguments: LlamaFixture.all, testedBackends) func everyGradient(_ name: String, _ backend: any Backend) throws {
    let fixtures = try LlamaFixture(name)
    let block = try fixtures.block
    let (_, gradient) = try valueAndGradient(of: adapted(fixtures, on: backend)) { try $0.loss(block) }
    let prefix = "lora.grad.base_model.model."
    let arrays = fixtures.arrays.names.filter { $0.hasPrefix(prefix) }
    func parameter(_ array: String) -> String {
      array.replacing(prefix, with: "").replacing(".default", with: "")
    }
    #expect(Set(gradient.names) == Set(arrays.map(parameter)))
    for array in arrays {
      let parameter = parameter(array)
      let numbers = try fixtures.arrays.tensor(array, on: ReferenceBackend.shared).floats
      let found = try #require(gradient[parameter]).floats
      #expect(largestDifference(found, numbers.map(Double.init)) < 5e-6, "\(parameter)")
    }
  }

  /// The last layer works for labelled tokens alone, unless all states are wanted; what is dropped is the same.
  @Test(arguments: testedBackends, [false, true])
  func onlyLabelledTokensGoThroughTheLastLayer(_ backend: any Backend, recomputes: Bool) throws {
    let fixtures = try LlamaFixture("llama2")
    let llama = try fixtures.model(
      "recompute: \(recomputes), adapter: { type: lora, rank: 4, dropout: 0.5, targets: all-linear }", on: backend)
    var block = try fixtures.block
    let targets = try #require(fixtures.block.targets)
    guard case .tokens(let all) = targets else { return }
    block.targets = .tokens(all.map { row in row.indices.map { $0 % 3 == 1 ? row[$0] : -1 } })
    func found(_ wants: ForwardPass.Wants) throws -> (loss: Float, gradient: Parameters) {
      let (loss, gradient) = try valueAndGradient(of: llama) { llama in
        var pass = ForwardPass(training: true, wants: wants, random: RandomSource(seed: 7))
        return try #require(try llama(block, &pass).tokens).losses().mean()
      }
      return (loss.item, gradient)
    }
    let (short, whole) = (try found([]), try found(.hiddenStates))
    #expect(abs(short.loss - whole.loss) < 1e-6)
    #expect(short.gradient.names == whole.gradient.names && short.gradient.count > 8)
    for (name, part) in short.gradient {
      let other = try #require(whole.gradient[name]).floats
      #expect(largestDifference(part.floats, other.map(Double.init)) < 1e-6, "\(name)")
    }
    block.targets = .tokens(all.map { row in row.map { _ in -1 } })
    #expect(try llama.evaluated(block).tokens?.logits.count == 0)
  }

  /// Over frozen weights that stay in 16 bits: logits, and gradients of the update, are those of the same rounded numbers in
  /// float32.
  @Test(arguments: [DType.float16, .bfloat16], testedBackends)
  func frozenWeightsStayAsTheyAre(_ type: DType, _ backend: any Backend) throws {
    for name in ["llama2", "llama3-tied"] {
      let fixtures = try LlamaFixture(name)
      let block = try fixtures.block
      try withTemporaryDirectory { directory in
        func adapted(_ folder: String, _ edit: @escaping (Tensor) -> Tensor) throws -> any Model {
          var base = try fixtures.model()
          base.updateParameters { _, tensor in tensor = edit(tensor) }
          try base.save(to: "\(directory)/\(folder)")
          let adapter = "{ type: lora, checkpoint: \"\(fixture("\(name)/lora"))\" }"
          return try model(
            "{ type: llama, checkpoint: \"\(directory)/\(folder)\", adapter: \(adapter) }", on: backend)
        }
        let stored = try adapted("stored") { $0.converted(to: type) }
        let wide = try adapted("wide") { $0.converted(to: type).converted(to: .float32) }
        let plain = try model("{ type: llama, checkpoint: \"\(directory)/stored\" }", on: backend, stored: true)
        #expect(plain.parameters.allSatisfy { $0.1.dtype == type })
        #expect(stored.parameters.allSatisfy { $0.1.dtype == .float32 })

        let logits = try lastLogits(wide, fixtures)
        #expect(largestDifference(try lastLogits(stored, fixtures), logits.map(Double.init)) < 2e-5)
        // Rounding itself is far larger than that.
        #expect(
          largestDifference(try lastLogits(self.adapted(fixtures, on: backend), fixtures), logits.map(Double.init))
            > 2e-4)
        let (mine, wanted) = try (
          valueAndGradient(of: stored) { try $0.loss(block) }, valueAndGradient(of: wide) { try $0.loss(block) }
        )
        #expect(abs(mine.value.item - wanted.value.item) < 1e-5)
        #expect(mine.gradient.names == wanted.gradient.names && !wanted.gradient.names.isEmpty)
        for (path, slope) in wanted.gradient {
          let found = try #require(mine.gradient[path]).floats
          #expect(largestDifference(found, slope.floats.map(Double.init)) < 5e-6, "\(path)")
        }
      }
    }
  }

  @Test(arguments: LlamaFixture.all) func mergedIsUnmerged(_ name: String) throws {
    let fixtures = try LlamaFixture(name)
    let llama = try #require(try adapted(fixtures) as? any AdaptedModel)
    let before = try lastLogits(llama, fixtures).map(Double.init)
    #expect(largestDifference(try lastLogits(llama.merged, fixtures), before) < 2e-5)
    try withTemporaryDirectory { directory in
      try llama.merged.save(to: directory)
      let plain = try model("{ type: llama, checkpoint: \"\(directory)\" }")
      #expect(plain.parameters.names == (try fixtures.model()).parameters.names)
      #expect(largestDifference(try lastLogits(plain, fixtures), before) < 2e-5)
    }
  }
}
