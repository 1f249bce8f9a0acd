import RefluxCPU
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxDecoders

/// Logits, losses, hidden states and gradients against transformers in double precision.
@Suite struct LlamaParityTests {
  @Test(arguments: LlamaFixture.all, testedBackends) func logitsAndLoss(_ name: String, _ backend: any Backend) throws {
    let fixtures = try LlamaFixture(name)
    let llama = try fixtures.model(on: backend)
    #expect(llama.card.notes == [])
    let block = try fixtures.block
    let logits = try #require(try llama.evaluated(block.asking).tokens).logits
    let stored = try fixtures.arrays.tensor("logits", on: ReferenceBackend.shared)
    let wanted = try stored.reshaped([stored.count / logits.shape[1], logits.shape[1]]).taking(fixtures.realTokens)
    #expect(largestDifference(logits.floats, wanted.floats) < 5e-5)
    let loss = try llama.loss(block).item
    #expect(abs(Double(loss) - (try #require(fixtures.expected["lm"]?["loss_f64"]?.number))) < 1e-5)
  }

  /// A block without targets asks about the last token of each row.
  @Test(arguments: LlamaFixture.all, testedBackends) func lastTokens(_ name: String, _ backend: any Backend) throws {
    let fixtures = try LlamaFixture(name)
    var block = try fixtures.block
    block.targets = nil
    let logits = try #require(try fixtures.model(on: backend).evaluated(block).tokens).logits
    let wanted = try fixtures.arrays.tensor("logits_last.f64", as: .float32, on: ReferenceBackend.shared)
    #expect(largestDifference(logits.floats, wanted.floats) < 5e-5)
  }

  @Test(arguments: LlamaFixture.all) func hiddenStates(_ name: String) throws {
    let fixtures = try LlamaFixture(name)
    let states = try fixtures.model().evaluated(fixtures.block, wants: .hiddenStates).hiddenStates
    #expect(states.count == 3)
    for (index, state) in states.enumerated() {
      let padded = try fixtures.arrays.tensor("hidden.\(index)", as: .float32, on: ReferenceBackend.shared)
      let width = state.shape[1]
      let wanted = try padded.reshaped([padded.count / width, width]).taking(fixtures.realTokens)
      #expect(largestDifference(state.floats, wanted.floats) < 2e-5, "hidden state \(index)")
    }
  }

  @Test(arguments: LlamaFixture.all, testedBackends) func everyGradient(_ name: String, _ backend: any Backend) throws {
    let fixtures = try LlamaFixture(name)
    let llama = try fixtures.model(on: backend)
    let block = try fixtures.block
    let (_, gradient) = try valueAndGradient(of: llama) { try $0.loss(block) }
    #expect(gradient.names == llama.parameters.names)
    for (name, value) in gradient {
      #expect(largestDifference(value.floats, try fixtures.gradient(name, value.shape)) < 5e-6, "\(name)")
    }
  }

  /// In double precision only the scale of attention, the norm's epsilon and the angles are still rounded to floats.
  @Test(arguments: LlamaFixture.all) func doublePrecision(_ name: String) throws {
    let fixtures = try LlamaFixture(name)
    var llama = try fixtures.model()
    llama.updateParameters { _, tensor in tensor = tensor.converted(to: .float64) }
    let loss = try llama.loss(fixtures.block).doubles[0]
    #expect(abs(loss - (try #require(fixtures.expected["lm"]?["loss_f64"]?.number))) < 5e-7)
  }

  /// Recomputing every layer in the backward pass changes no bit.
  @Test(arguments: testedBackends) func recomputation(_ backend: any Backend) throws {
    let fixtures = try LlamaFixture("llama3")
    let block = try fixtures.block
    let dropped = "attention_dropout: 0.3"
    let (plain, again) = try (
      fixtures.model(dropped, on: backend), fixtures.model("\(dropped), recompute: true", on: backend)
    )
    let (a, b) = try (
      valueAndGradient(of: plain) { try $0.loss(block, training: true) },
      valueAndGradient(of: again) { try $0.loss(block, training: true) }
    )
    #expect(a.value.floats == b.value.floats && a.gradient.names == b.gradient.names)
    for (name, value) in a.gradient { #expect(b.gradient[name]?.floats == value.floats, "\(name)") }
  }

  @Test(arguments: testedBackends) func sixteenBitsInShards(_ backend: any Backend) throws {
    let fixtures = try LlamaFixture("llama2")
    let path = fixture("llama2/model_f16_sharded")
    let wanted = try #require(fixtures.expected["f16_sharded"]?["logits_f64"]).numbers
    var block = try fixtures.block.prefix(examples: 1)
    block.targets = nil
    for stored in [false, true] {
      let llama = try model("{ type: llama, checkpoint: \"\(path)\" }", on: backend, stored: stored)
      #expect(llama.parameters.allSatisfy { $0.1.dtype == (stored ? .float16 : .float32) })
      let logits = try #require(try llama.evaluated(block).tokens).logits
      #expect(largestDifference(logits.floats, wanted) < 5e-5, "stored \(stored)")
    }
  }

  /// Weights that stay in bfloat16 give what their float32 copies give, forward and backward.
  @Test(arguments: testedBackends) func bfloat16StaysAsItIs(_ backend: any Backend) throws {
    let fixtures = try LlamaFixture("llama3")
    let block = try fixtures.block
    try withTemporaryDirectory { directory in
      var rounded = try fixtures.model()
      rounded.updateParameters { _, tensor in tensor = tensor.converted(to: .bfloat16) }
      try rounded.save(to: directory)
      #expect(try JSON(contentsOf: directory + "/config.json")["torch_dtype"] == "bfloat16")
      let recipe = "{ type: llama, checkpoint: \"\(directory)\" }"
      let (stored, wide) = try (model(recipe, on: backend, stored: true), model(recipe, on: backend))
      #expect(stored.parameters.allSatisfy { $0.1.dtype == .bfloat16 })
      #expect(wide.parameters.allSatisfy { $0.1.dtype == .float32 })
      let (a, b) = try (stored.loss(block).item, wide.loss(block).item)
      #expect(abs(a - b) < 1e-5)

      // Only the norms learn, as if the rest were frozen.
      func slopes(_ llama: any Model) throws -> Parameters {
        var leaves = Parameters()
        for (name, tensor) in llama.parameters where name.hasSuffix("layernorm.weight") {
          leaves[name] = tensor.converted(to: .float32).asLeaf()
        }
        let found = gradients(of: try llama.replacing(leaves).loss(block), at: leaves.map { $0.1 })
        var result = Parameters()
        for (name, part) in zip(leaves.names, found) { result[name] = part }
        return result
      }
      let (mine, wanted) = try (slopes(stored), slopes(wide))
      #expect(mine.count == 4)
      for (name, value) in wanted {
        #expect(largestDifference(mine[name]?.floats ?? [], value.floats) < 1e-5, "\(name)")
      }
    }
  }
}
