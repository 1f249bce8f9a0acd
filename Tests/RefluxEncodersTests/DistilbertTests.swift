import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxEncoders

/// What DistilBERT has of its own; everything it shares is tested with all families.
@Suite struct DistilbertTests {
  private let recipe = "type: distilbert, vocabulary_size: 50, hidden_size: 8, heads: 2, layers: 2"

  @Test func fromScratch() throws {
    let distilbert = try model("{ \(recipe) }", task: FakeTask(.classes(["a", "b", "c"])))
    let shapes = Dictionary(uniqueKeysWithValues: distilbert.parameters.map { ($0.0, $0.1.shape) })
    #expect(shapes["distilbert.embeddings.position_embeddings.weight"] == [512, 8])
    #expect(shapes["distilbert.embeddings.token_type_embeddings.weight"] == nil)
    #expect(shapes["distilbert.transformer.layer.1.ffn.lin1.weight"] == [32, 8])
    #expect(shapes["pre_classifier.weight"] == [8, 8] && shapes["classifier.weight"] == [3, 8])
    #expect(
      thrownMessage { try model("{ \(recipe), segments: 2 }") } == "segments: 'distilbert' takes no notice of them")
  }

  /// Published models are masked language models, whose head is of no use here.
  @Test func theHeadBeginsFresh() throws {
    try withTemporaryDirectory { directory in
      let whole = try EncoderFixture.distilbert.model()
      try whole.save(to: directory)
      let kept = whole.parameters.filter { $0.0.hasPrefix("distilbert.") }.map { (name: $0.0, tensor: $0.1) }
      let vocabulary = (name: "vocab_transform.weight", tensor: Tensor.ones([24, 24]))
      try SafetensorsFile.write(kept + [vocabulary], to: directory + "/model.safetensors")
      let fresh = try model("{ type: auto, checkpoint: \"\(directory)\" }")
      #expect(
        fresh.card.notes == [
          """
          4 tensors are missing from the checkpoint and freshly initialised: pre_classifier.weight, \
          pre_classifier.bias, classifier.weight, classifier.bias
          """,
          "1 tensor is of no use here: vocab_transform.weight",
        ])
      #expect(fresh.card.hasFreshHead)
    }
  }

  /// config.json has names of its own, and leaves out what is fixed.
  @Test func theConfigurationIsItsOwn() throws {
    try withTemporaryDirectory { directory in
      let task = FakeTask(.choice(count: 2))
      try model("{ \(recipe), hidden_dropout: 0.25, classifier_dropout: 0.5 }", task: task).save(to: directory)
      let written = try JSON(contentsOf: directory + "/config.json")
      #expect(written["dim"] == 8 && written["hidden_dim"] == 32 && written["n_heads"] == 2 && written["n_layers"] == 2)
      #expect(written["dropout"] == 0.25 && written["seq_classif_dropout"] == 0.5 && written["activation"] == "gelu")
      #expect(written["architectures"] == ["DistilBertForMultipleChoice"])
      let theirs = try JSON(contentsOf: fixture("distilbert/config_v5.json")).object?.keys ?? []
      let others = ["torch_dtype", "id2label", "label2id", "position_embedding_type"]
      #expect((written.object?.keys ?? []).allSatisfy { theirs.contains($0) || others.contains($0) })
      #expect(written["position_embedding_type"] == nil)
    }
  }

  /// transformers drops attention's probabilities and what the feed-forward layer says, and nothing in between.
  @Test func nothingIsDroppedBehindAttention() throws {
    var configuration = EncoderConfiguration(Distilbert.family, EncoderOptions())
    (configuration.hiddenSize, configuration.heads, configuration.intermediateSize) = (8, 2, 4)
    (configuration.hiddenDropout, configuration.attentionDropout) = (0.5, 0.25)
    let scope = ParameterScope(FreshParameters(seed: 1, on: ReferenceBackend.shared))
    let layer = try TransformerLayer(scope, Distilbert.layerShape(configuration), names: .distilbert)
    let rows = PackedRows(RowOffsets(lengths: [2]), counters: [0, 1], on: ReferenceBackend.shared)
    var sites = SiteRates()
    _ = layer(Tensor([Float](repeating: 1, count: 16), [2, 8]), rows, &sites)
    #expect(sites.rates == [0.25, 0, 0.5])
  }
}
