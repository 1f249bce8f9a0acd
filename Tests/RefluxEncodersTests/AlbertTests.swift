import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxEncoders

/// What ALBERT has of its own; everything it shares is tested with all families.
@Suite struct AlbertTests {
  private func groups(_ options: String = "", on backend: any Backend = ReferenceBackend.shared) throws -> any Model {
    try model("{ type: albert, checkpoint: \"\(fixture("albert-groups/model"))\", \(options) }", on: backend)
  }

  private func block(_ expected: JSON) throws -> TokenBlock {
    func numbers(_ key: String) throws -> [Int32] { try #require(expected["inputs"]?[key]).numbers.map { Int32($0) } }
    return TokenBlock(
      ids: try numbers("input_ids"), segments: try numbers("token_type_ids"), rows: RowOffsets(lengths: [9, 9, 9]))
  }

  /// Five layers in two groups of two inner layers each, as transformers spreads them.
  @Test(arguments: testedBackends) func groupsAndInnerLayers(_ backend: any Backend) throws {
    let expected = try JSON(contentsOf: fixture("albert-groups/expected.json"))
    let (albert, block) = (try groups(on: backend), try block(expected))
    let labels = try #require(expected["labels"]).numbers.map { Int($0) }
    let (loss, gradient) = try valueAndGradient(of: albert) { crossEntropy(try $0.evaluated(block).logits, labels) }
    let logits = try albert.evaluated(block).logits
    #expect(largestDifference(logits.floats, try #require(expected["logits"]).numbers) < 5e-6)
    #expect(abs(Double(loss.item) - (try #require(expected["loss"]?.number))) < 1e-5)
    #expect(gradient.count == expected["gradient_lengths"]?.object?.keys.count)
    for (name, value) in gradient {
      let length = try #require(expected["gradient_lengths"]?[name]?.number, "\(name)")
      #expect(abs(TensorStats(of: value.doubles).length - length) < 1e-5, "\(name)")
    }
  }

  @Test func layersAreApplications() throws {
    let (one, three) = (try EncoderFixture.albert.model("model", "layers: 1"), try EncoderFixture.albert.model())
    #expect(one.parameters.names == three.parameters.names)
    #expect(one.card.notes == ["the first 1 of the checkpoint's 3 layers are kept"])
    let block = try EncoderFixture.albert.block()
    let (short, long) = (
      try one.evaluated(block, wants: .hiddenStates).hiddenStates,
      try three.evaluated(block, wants: .hiddenStates).hiddenStates
    )
    #expect(short.map(\.floats) == long.prefix(2).map(\.floats))
  }

  @Test func onlyWholeGroupsAreKept() throws {
    let first = try groups("layers: 3")
    #expect(first.parameters.names.allSatisfy { !$0.contains("groups.1.") })
    #expect(first.card.notes == ["the first 3 of the checkpoint's 5 layers are kept"])
    try withTemporaryDirectory { directory in
      try first.save(to: directory)
      let written = try JSON(contentsOf: directory + "/config.json")
      #expect(written["num_hidden_layers"] == 3 && written["num_hidden_groups"] == 1 && written["inner_group_num"] == 2)
    }
    #expect(
      thrownMessage { try groups("layers: 4") }
        == "layers is 4, which cuts a group of ALBERT layers: the 5 layers are 2 groups")
  }

  @Test func fromScratch() throws {
    let recipe = "type: albert, vocabulary_size: 50, hidden_size: 8, heads: 2, layers: 4"
    let albert = try model(
      "{ \(recipe), embedding_size: 4, groups: 2, inner_layers: 3 }", task: FakeTask(.classes(["a", "b"])))
    let shapes = Dictionary(uniqueKeysWithValues: albert.parameters.map { ($0.0, $0.1.shape) })
    #expect(shapes["albert.embeddings.word_embeddings.weight"] == [50, 4])
    #expect(shapes["albert.encoder.embedding_hidden_mapping_in.weight"] == [8, 4])
    #expect(shapes["albert.encoder.albert_layer_groups.1.albert_layers.2.ffn.weight"] == [32, 8])
    #expect(shapes["albert.encoder.albert_layer_groups.1.albert_layers.3.ffn.weight"] == nil)
    #expect(
      thrownMessage { try model("{ \(recipe), groups: 5 }") }
        == "model 'albert': groups is 5, and there are only 4 layers")
    #expect(
      thrownMessage { try model("{ type: albert, checkpoint: x, embedding_size: 4 }") }
        == "model 'albert': with a checkpoint, its config.json decides embedding_size")
  }

  /// Behind ALBERT's feed-forward layer nothing is dropped; transformers declares a rate there and does not use it.
  @Test func theFeedForwardLayerHasNoDropout() throws {
    var configuration = EncoderConfiguration(Albert.family, EncoderOptions())
    (configuration.hiddenSize, configuration.heads, configuration.intermediateSize) = (8, 2, 4)
    (configuration.hiddenDropout, configuration.attentionDropout) = (0.5, 0.25)
    let scope = ParameterScope(FreshParameters(seed: 1, on: ReferenceBackend.shared))
    let group = try AlbertGroup(scope, configuration, layers: 2)
    let rows = PackedRows(RowOffsets(lengths: [2]), counters: [0, 1], on: ReferenceBackend.shared)
    var sites = SiteRates()
    _ = group(Tensor([Float](repeating: 1, count: 16), [2, 8]), rows, readTokensOnly: false, &sites)
    #expect(sites.rates == [0.25, 0.5, 0, 0.25, 0.5, 0])
  }
}
