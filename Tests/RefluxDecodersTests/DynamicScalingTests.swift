import RefluxCPU
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxDecoders

/// Dynamically scaled angles against transformers; `dynamic_scaling.py` says how they came about.
@Suite struct DynamicScalingTests {
  private let expected: JSON
  private let rows: [[Int32]]

  init() throws {
    expected = try JSON(contentsOf: fixture("llama1/dynamic.json"))
    rows = try #require(expected["rows"]?.array).map { $0.numbers.map { Int32($0) } }
  }

  /// The model with its `rope_scaling`, in a directory of its own.
  private func withModel(
    _ options: String = "", on backend: any Backend = ReferenceBackend.shared,
    _ body: (any Model, String) throws -> Void
  ) throws {
    try withTemporaryDirectory { directory in
      var configuration = try #require(JSON(contentsOf: fixture("llama1/model/config.json")).object)
      configuration["max_position_embeddings"] = expected["positions"]
      configuration["rope_scaling"] = ["type": "dynamic", "factor": expected["factor"] ?? .null]
      try AtomicFile.write(JSON.object(configuration).text, to: "\(directory)/config.json")
      try AtomicFile.write(to: "\(directory)/model.safetensors") { file in
        try file.append(MappedFile.contents(of: fixture("llama1/model/model.safetensors")))
      }
      try body(try model("{ type: llama, checkpoint: \"\(directory)\", \(options) }", on: backend), directory)
    }
  }

  private func block(_ rows: [[Int32]], asking: Bool = false) -> TokenBlock {
    TokenBlock(
      ids: rows.flatMap { $0 }, rows: RowOffsets(lengths: rows.map(\.count)),
      targets: asking ? nil : .tokens(rows.map { $0.dropFirst().map { Int($0) } + [-1] }))
  }

  /// Rows of 9, 30, 12 and 17 tokens in one batch, where 12 are without scaling.
  @Test(arguments: testedBackends) func eachRowHasItsOwnAngles(_ backend: any Backend) throws {
    try withModel(on: backend) { llama, _ in
      #expect(llama.card.maxPositions == 48)
      let logits = try #require(try llama.evaluated(block(rows, asking: true)).tokens).logits.floats
      let wanted = try #require(expected["last_logits"]).numbers.map { Float($0) }
      #expect(largestDifference(logits, wanted) < 5e-5)

      let (loss, gradient) = try valueAndGradient(of: llama) { try $0.loss(block(rows)) }
      #expect(abs(Double(loss.item) - (try #require(expected["loss"]?.number))) < 1e-5)
      let stored = try SafetensorsFile(fixture("llama1/dynamic.safetensors"))
      for name in stored.names {
        let wanted = try stored.tensor(name, on: ReferenceBackend.shared)
        #expect(largestDifference(try #require(gradient[name]).floats, wanted.floats) < 5e-6, "\(name)")
      }
      // The same model without scaling is far from it.
      let plain = try model("{ type: llama, checkpoint: \"\(fixture("llama1/model"))\" }", on: backend)
      #expect(abs(try plain.loss(block(rows)).item - loss.item) > 1e-3)
    }
  }

  /// Keys in the cache keep the angles that they were read with.
  @Test(arguments: testedBackends) func generationGrowsIntoIt(_ backend: any Backend) throws {
    let wanted = try #require(expected["generation"])
    let prompt = try #require(wanted["prompt"]).numbers.map { Int32($0) }
    #expect(try #require(wanted["margin"]?.number) > 1e-3)
    try withModel(on: backend) { llama, _ in
      let tokens = try #require(wanted["tokens"]).numbers.map { Int32($0) }
      let generator = try Generator(llama, nil, GenerationOptions(maxNewTokens: tokens.count))
      // With a shorter row beside it.
      let made = try generator([prompt, Array(prompt.prefix(3))])
      #expect(made[0].ids == tokens)
    }
  }

  @Test func whereScalingBeginsStaysInTheConfiguration() throws {
    try withModel("max_positions: 20") { llama, directory in
      #expect(llama.card.maxPositions == 20)
      #expect(
        thrownMessage { try llama.evaluated(block([Array(rows[1].prefix(21))])) }
          == "row 0 of the batch has 21 tokens, and the model reads at most 20")
      try llama.saveConfiguration(to: directory)
      let saved = try JSON(contentsOf: "\(directory)/config.json")
      #expect(saved["max_position_embeddings"] == expected["positions"])
      #expect(saved["rope_scaling"]?["factor"] == expected["factor"])
    }
  }
}
