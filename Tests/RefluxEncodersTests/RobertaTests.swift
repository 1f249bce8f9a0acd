import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxEncoders

/// What RoBERTa has of its own; everything it shares is tested with all families.
@Suite struct RobertaTests {
  /// RobertaForMultipleChoice has another head, and positions do not count the padding tokens inside a row.
  @Test(arguments: testedBackends) func choices(_ backend: any Backend) throws {
    let expected = try JSON(contentsOf: fixture("roberta-choice/expected.json"))
    let roberta = try model("{ type: roberta, checkpoint: \"\(fixture("roberta-choice/model"))\" }", on: backend)
    #expect(roberta.card.notes == [] && roberta.card.outputs == 1 && roberta.card.maxPositions == 16)
    let ids = try #require(expected["inputs"]?["input_ids"]).numbers.map { Int32($0) }
    let block = TokenBlock(ids: ids, rows: RowOffsets(lengths: Array(repeating: 8, count: 6)), choices: 3)
    let labels = try #require(expected["labels"]).numbers.map { Int($0) }
    let (loss, gradient) = try valueAndGradient(of: roberta) { crossEntropy(try $0.evaluated(block).logits, labels) }
    let logits = try roberta.evaluated(block).logits
    #expect(logits.shape == [2, 3])
    #expect(largestDifference(logits.floats, try #require(expected["logits"]).numbers) < 5e-6)
    #expect(abs(Double(loss.item) - (try #require(expected["loss"]?.number))) < 1e-5)
    for (name, value) in gradient {
      let length = try #require(expected["gradient_lengths"]?[name]?.number, "\(name)")
      #expect(abs(TensorStats(of: value.doubles).length - length) < 1e-5, "\(name)")
    }
    // PyTorch's `padding_idx` is a row of the words and of the positions.
    for name in ["word", "position"] {
      let rows = try #require(gradient["roberta.embeddings.\(name)_embeddings.weight"]).floats
      #expect(rows[16..<32].allSatisfy { $0 == 0 } && rows.dropFirst(32).contains { $0 != 0 }, "\(name)")
    }
  }

  @Test func theHeadOfAChoiceIsAnother() throws {
    let choosing = try EncoderFixture.roberta.model(task: FakeTask(.choice(count: 2)))
    #expect(choosing.parameters["roberta.pooler.dense.weight"]?.shape == [32, 32])
    #expect(choosing.parameters["classifier.weight"]?.shape == [1, 32])
    #expect(
      choosing.card.notes == [
        """
        4 tensors are missing from the checkpoint and freshly initialised: roberta.pooler.dense.weight, \
        roberta.pooler.dense.bias, classifier.weight, classifier.bias
        """,
        """
        4 tensors are of no use here: classifier.dense.bias, classifier.dense.weight, classifier.out_proj.bias, \
        classifier.out_proj.weight
        """,
      ])
    try withTemporaryDirectory { directory in
      try choosing.save(to: directory)
      #expect(try JSON(contentsOf: directory + "/config.json")["architectures"] == ["RobertaForMultipleChoice"])
      let again = try model("{ type: auto, checkpoint: \"\(directory)\" }")
      #expect(again.card.notes == [] && again.parameters.names == choosing.parameters.names)
    }
  }

  @Test func anotherTaskGetsAFreshLastLayer() throws {
    let roberta = try EncoderFixture.roberta.model(task: FakeTask(.classes(["yes", "no", "maybe"])))
    #expect(
      roberta.card.notes == [
        """
        the checkpoint's head has 2 outputs and 3 are needed; freshly initialised: classifier.out_proj.weight, \
        classifier.out_proj.bias
        """
      ])
    let kept = try EncoderFixture.roberta.model().parameters["classifier.dense.weight"]?.floats
    #expect(roberta.parameters["classifier.dense.weight"]?.floats == kept)
  }

  @Test func rowsEndWhereThePositionsDo() throws {
    let roberta = try EncoderFixture.roberta.model()
    #expect(roberta.card.maxPositions == 64)
    func block(_ length: Int) -> TokenBlock {
      TokenBlock(ids: [Int32](repeating: 9, count: length), rows: RowOffsets(lengths: [length]))
    }
    #expect(try roberta.evaluated(block(64)).logits.shape == [1, 2])
    #expect(
      thrownMessage { try roberta.evaluated(block(65)) }
        == "row 0 of the batch has 65 tokens, and the model reads at most 64")
    #expect(
      thrownMessage {
        try roberta.evaluated(TokenBlock(ids: [0, 2], segments: [0, 1], rows: RowOffsets(lengths: [2])))
      } == "row 0 of the batch has at position 1 the segment id 1, and the model's segments end at 0")
  }

  @Test func fromScratch() throws {
    let roberta = try model(
      "{ type: roberta, vocabulary_size: 50, hidden_size: 8, heads: 2, layers: 1, max_positions: 16 }",
      task: FakeTask(.classes(["a", "b"])))
    let shapes = Dictionary(uniqueKeysWithValues: roberta.parameters.map { ($0.0, $0.1.shape) })
    #expect(shapes["roberta.embeddings.position_embeddings.weight"] == [18, 8] && roberta.card.maxPositions == 16)
    #expect(shapes["roberta.embeddings.token_type_embeddings.weight"] == [1, 8])
    #expect(shapes["classifier.dense.weight"] == [8, 8] && shapes["classifier.out_proj.weight"] == [2, 8])
    for name in ["word", "position"] {
      let rows = roberta.parameters["roberta.embeddings.\(name)_embeddings.weight"]?.floats ?? []
      #expect(rows[8..<16].allSatisfy { $0 == 0 } && rows[16..<24].allSatisfy { $0 != 0 }, "\(name)")
    }
  }
}
