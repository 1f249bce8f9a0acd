import Foundation
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxEncoders

/// Checkpoints in every form they come in, and what is said about them.
@Suite struct BertLoadingTests {
  @Test func aCompleteCheckpointNeedsNoNotes() throws {
    let card = try model(of: "bert/model").card
    #expect(card.notes == [])
    #expect(!card.hasFreshHead)
    #expect(
      card.type == "bert" && card.family == .encoder && card.outputs == 2 && card.labels == ["LABEL_0", "LABEL_1"])
    #expect(card.layers == 2 && card.hiddenSize == 32 && card.vocabularySize == 340 && card.maxPositions == 64)
    #expect(card.checkpoint == fixture("bert/model"))
    #expect(try model(of: "bert/model_3labels").card.labels == ["LABEL_0", "LABEL_1", "LABEL_2"])
  }

  @Test func oldNamesAndPretrainingHeads() throws {
    let bert = try model(of: "bert/variants/pretraining_gamma_beta")
    #expect(
      bert.card.notes == [
        """
        2 tensors are missing from the checkpoint and freshly initialised: classifier.weight, classifier.bias
        """,
        """
        7 tensors are of no use here: cls.predictions.bias, cls.predictions.transform.LayerNorm.beta, \
        cls.predictions.transform.LayerNorm.gamma, cls.predictions.transform.dense.bias, \
        cls.predictions.transform.dense.weight, cls.seq_relationship.bias, cls.seq_relationship.weight
        """,
      ])
    try expectSameEncoder(bert, tolerance: 0x1p-8)
  }

  @Test func namesWithoutThePrefix() throws {
    let bert = try model(of: "bert/variants/base_no_prefix")
    #expect(
      bert.card.notes == [
        "2 tensors are missing from the checkpoint and freshly initialised: classifier.weight, classifier.bias"
      ])
    try expectSameEncoder(bert, tolerance: 0x1p-11)
  }

  /// `pytorch_model.bin` in float16.
  @Test func aPickleIsACheckpointToo() throws {
    let (bert, original) = (try model(of: "bert/variants/pytorch_bin"), try model(of: "bert/model").parameters)
    #expect(bert.card.notes == [])
    #expect(bert.parameters.names == original.names)
    for (name, tensor) in bert.parameters {
      let exact = try #require(original[name]).floats
      #expect(zip(tensor.floats, exact).allSatisfy { abs($0 - $1) <= abs($1) * 0x1p-11 + 0x1p-25 }, "\(name)")
    }
  }

  /// The encoder is that of `bert/model`, rounded.
  private func expectSameEncoder(_ bert: any Model, tolerance: Float) throws {
    let original = try model(of: "bert/model").parameters
    #expect(bert.parameters.names == original.names)
    for (name, tensor) in bert.parameters where name.hasPrefix("bert.") {
      let exact = try #require(original[name]).floats
      #expect(zip(tensor.floats, exact).allSatisfy { abs($0 - $1) <= abs($1) * tolerance + 0x1p-25 }, "\(name)")
    }
  }

  @Test func aFreshHeadDependsOnTheSeedAlone() throws {
    let (first, second) = (
      try model(of: "bert/variants/base_no_prefix"), try model(of: "bert/variants/pretraining_gamma_beta")
    )
    let weight = try #require(first.parameters["classifier.weight"])
    #expect(weight.floats == second.parameters["classifier.weight"]?.floats)
    #expect(weight.floats.contains { $0 != 0 } && weight.floats.allSatisfy { abs($0) < 0.02 * 6 })
    #expect(first.parameters["classifier.bias"]?.floats == [0, 0])
  }

  @Test func anotherTaskGetsAFreshHead() throws {
    let bert = try model(of: "bert/model", task: FakeTask(.classes(["yes", "no", "maybe"])))
    #expect(bert.card.labels == ["yes", "no", "maybe"])
    #expect(bert.card.hasFreshHead)
    #expect(bert.card.checkpointLabels == ["LABEL_0", "LABEL_1"])
    #expect(
      bert.card.notes == [
        """
        the checkpoint's head has 2 outputs and 3 are needed; freshly initialised: classifier.weight, classifier.bias
        """
      ])
    #expect(bert.parameters["classifier.weight"]?.shape == [3, 32])
  }

  @Test func aHeadWithOtherNamesIsPointedOut() throws {
    try withTemporaryDirectory { directory in
      try model(of: "bert/model", task: FakeTask(.classes(["yes", "no"]))).save(to: directory)
      let recipe = "{ type: bert, checkpoint: \"\(directory)\" }"
      #expect(try model(recipe).card.labels == ["yes", "no"])
      #expect(try model(recipe, task: FakeTask(.classes(["yes", "no"]))).card.notes == [])
      #expect(
        try model(recipe, task: FakeTask(.classes(["no", "yes"]))).card.notes == [
          "the checkpoint's outputs are yes, no; the task's are no, yes"
        ])
    }
  }

  @Test func theFirstLayersAreKept() throws {
    let bert = try model(of: "bert/model", "layers: 1")
    #expect(bert.card.layers == 1)
    #expect(bert.card.notes == ["the first 1 of the checkpoint's 2 layers are kept"])
    #expect(bert.parameters.names.allSatisfy { !$0.contains("layer.1.") })
    let full = try model(of: "bert/model")
    let block = try EncoderFixture.bert.block()
    let (short, long) = (
      try bert.evaluated(block, wants: .hiddenStates).hiddenStates,
      try full.evaluated(block, wants: .hiddenStates).hiddenStates
    )
    #expect(short.map(\.floats) == long.prefix(2).map(\.floats))
  }

  @Test func fromScratch() throws {
    let recipe = "{ type: bert, vocabulary_size: 50, hidden_size: 8, heads: 2, layers: 3, max_positions: 16 }"
    let bert = try model(recipe, task: FakeTask(.classes(["a", "b"])))
    #expect(bert.card.checkpoint == nil && bert.card.notes == [] && bert.card.labels == ["a", "b"])
    let shapes = Dictionary(uniqueKeysWithValues: bert.parameters.map { ($0.0, $0.1.shape) })
    #expect(shapes["bert.embeddings.word_embeddings.weight"] == [50, 8])
    #expect(shapes["bert.embeddings.position_embeddings.weight"] == [16, 8])
    #expect(shapes["bert.encoder.layer.2.intermediate.dense.weight"] == [32, 8])
    #expect(bert.parameters["bert.embeddings.word_embeddings.weight"]?.floats.prefix(8).allSatisfy { $0 == 0 } == true)
    #expect(bert.parameters["bert.encoder.layer.0.output.LayerNorm.weight"]?.floats == [Float](repeating: 1, count: 8))
  }
}
