import Foundation
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxEncoders

/// What DeBERTa has beside the other encoders: its configuration, relative positions, a convolution.
@Suite struct DebertaTests {
  /// A fixture's model with some keys of its config.json changed.
  private func model(_ fixture: EncoderFixture, changing changes: [String: JSON], _ options: String = "") throws
    -> any Model
  {
    try withTemporaryDirectory { directory in
      let copy = directory + "/model"
      try FileManager.default.copyItem(atPath: RefluxTesting.fixture("\(fixture.folder)/model"), toPath: copy)
      var json = try #require(JSON(contentsOf: copy + "/config.json").object)
      for (key, value) in changes { json[key] = value }
      try FileManager.default.removeItem(atPath: copy + "/config.json")
      try AtomicFile.write(JSON.object(json).indented(), to: copy + "/config.json")
      return try RefluxEncodersTests.model("{ type: \(fixture.type), checkpoint: \"\(copy)\", \(options) }")
    }
  }

  @Test(
    arguments: [
      ("pos_att_type", ["c2p", "p2p"], "'pos_att_type' names 'p2p'; known are c2p and p2c"),
      ("talking_head", true, "'talking_head' is true; attention whose heads are mixed cannot be read"),
      ("attention_head_size", 16, "'attention_head_size' must be 8 with a 'hidden_size' of 32"),
      ("pooler_hidden_size", 16, "'pooler_hidden_size' must be 32 with a 'hidden_size' of 32"),
      ("position_buckets", 126, "'position_buckets' must be at least 2 and below 126, but is 126"),
      ("max_relative_positions", 65536, "'max_relative_positions' must be below 65536, but is 65536"),
      ("conv_kernel_size", 4, "'conv_kernel_size' must be odd and below 1024, but is 4"),
      ("conv_groups", 3, "'conv_groups' must divide 'hidden_size' (32), but is 3"),
      (
        "conv_act", "mish",
        "'conv_act' is 'mish'; known are gelu, gelu_new, gelu_pytorch_tanh, relu, silu, swish, tanh"
      ),
    ] as [(String, JSON, String)])
  func mistakesInTheConfiguration(_ key: String, _ value: JSON, _ message: String) throws {
    let complaint = thrownMessage { try model(EncoderFixture.debertas[2], changing: [key: value]) }
    #expect(complaint?.hasSuffix("/model/config.json: \(message)") == true, "\(complaint ?? "nothing")")
  }

  @Test func aModelOfTheOtherGeneration() throws {
    let folder = RefluxTesting.fixture("deberta-v3/model")
    #expect(
      thrownMessage { try RefluxEncodersTests.model("{ type: deberta, checkpoint: \"\(folder)\" }") }
        == "\(folder)/config.json: 'model_type' is 'deberta-v2', and the model 'deberta' reads 'deberta'")
  }

  /// A table that pre-training left behind is no news; a term that is switched off is.
  @Test func termsCanBeAbsent() throws {
    let plain = EncoderFixture.debertas[1]
    let names = { (model: any Model) in Set(model.parameters.names) }
    let all = names(try plain.model())
    let content = try model(plain, changing: ["pos_att_type": [], "position_biased_input": false])
    #expect(
      all.subtracting(names(content)).map { String($0.split(separator: ".").suffix(2).joined(separator: ".")) }.sorted()
        == [
          "pos_key_proj.bias", "pos_key_proj.bias", "pos_key_proj.weight", "pos_key_proj.weight",
          "pos_query_proj.bias", "pos_query_proj.bias", "pos_query_proj.weight", "pos_query_proj.weight",
          "position_embeddings.weight",
        ])
    #expect(content.card.notes.count == 1 && content.card.notes[0].hasPrefix("8 tensors are of no use here: "))
    let fewer = try model(plain, changing: ["relative_attention": false])
    #expect(all.subtracting(names(fewer)).contains("deberta.encoder.rel_embeddings.weight"))
    let block = try plain.block()
    #expect(try content.evaluated(block).logits.floats != fewer.evaluated(block).logits.floats)
  }

  /// Rows of one token and rows far longer than the span, alone and beside each other.
  @Test(arguments: EncoderFixture.debertas, testedBackends)
  func rowsDoNotDependOnTheirNeighbours(_ fixture: EncoderFixture, _ backend: any Backend) throws {
    let model = try fixture.model(on: backend)
    let lengths = [1, 50, 7, 2]
    let ids = (0..<lengths.reduce(0, +)).map { Int32(5 + $0 * 37 % 290) }
    let rows = RowOffsets(lengths: lengths)
    let together = try model.evaluated(TokenBlock(ids: ids, rows: rows)).logits.floats
    let apart = try (0..<lengths.count).flatMap { row in
      try model.evaluated(TokenBlock(ids: Array(ids[rows[row]]), rows: RowOffsets(lengths: [lengths[row]]))).logits
        .floats
    }
    #expect(RefluxTesting.largestDifference(together, apart) < 2e-6)
  }

  /// A convolution reads every token, even if the first layer is the last.
  @Test func oneLayerWithAConvolution() throws {
    let model = try EncoderFixture.debertas[2].model("model", "layers: 1")
    let block = try EncoderFixture.debertas[2].block()
    let (short, full) = (
      try model.evaluated(block).logits.floats, try model.evaluated(block, wants: .hiddenStates).logits.floats
    )
    #expect(RefluxTesting.largestDifference(short, full) < 2e-6)
  }

  /// Dropout falls on the same elements however a step is cut, in attention and on the position vectors too.
  @Test(arguments: EncoderFixture.debertas) func dropoutDoesNotDependOnTheCut(_ fixture: EncoderFixture) throws {
    let model = try fixture.model(
      "model", "hidden_dropout: 0.3, attention_dropout: 0.3, classifier_dropout: 0.3", on: testedBackends[1])
    func logits(_ block: TokenBlock) throws -> [Float] {
      var pass = ForwardPass(training: true, random: RandomSource(seed: 4, "dropout"))
      return try model(block, &pass).logits.floats
    }
    let whole = try fixture.block()
    var last = TokenBlock(
      ids: Array(whole.ids[whole.rows[3].lowerBound...]),
      segments: whole.segments.isEmpty ? [] : Array(whole.segments[whole.rows[3].lowerBound...]),
      rows: RowOffsets(lengths: whole.rows.lengths.suffix(2)))
    last.rowNumbers = [3, 4]
    let (all, cut) = (try logits(whole), try logits(last))
    #expect(RefluxTesting.largestDifference(Array(all.suffix(cut.count)), cut) < 2e-6)
    #expect(RefluxTesting.largestDifference(all, try model.evaluated(whole).logits.floats) > 1e-2)
  }

  @Test(arguments: [("deberta", 1024), ("deberta-v2", 512)])
  func fromScratch(_ type: String, _ vectors: Int) throws {
    let recipe = "{ type: \(type), vocabulary_size: 50, hidden_size: 8, heads: 2, layers: 3 }"
    let fresh = try RefluxEncodersTests.model(recipe, task: FakeTask(.classes(["a", "b"])))
    #expect(fresh.parameters["deberta.encoder.rel_embeddings.weight"]?.shape == [vectors, 8])
    #expect(fresh.parameters["deberta.embeddings.position_embeddings.weight"] == nil)
    try withTemporaryDirectory { directory in
      try fresh.save(to: directory)
      let again = try RefluxEncodersTests.model("{ type: auto, checkpoint: \"\(directory)\" }")
      #expect(again.card.notes == [] && again.card.labels == ["a", "b"])
      let block = TokenBlock(ids: [1, 7, 9, 2], rows: RowOffsets(lengths: [4]))
      #expect(try again.evaluated(block).logits.floats == fresh.evaluated(block).logits.floats)
    }
  }

  /// A choice is told from a score when it is loaded again; transformers has only the second of the classes.
  @Test(arguments: [(0, "DebertaForMultipleChoice"), (3, "DebertaV2ForMultipleChoice")])
  func choices(_ index: Int, _ architecture: String) throws {
    try withTemporaryDirectory { directory in
      try EncoderFixture.debertas[index].model(task: FakeTask(.choice(count: 2))).save(to: directory)
      let json = try JSON(contentsOf: directory + "/config.json")
      #expect(json["architectures"] == [.string(architecture)] && json["position_embedding_type"] == nil)
      let again = try RefluxEncodersTests.model("{ type: auto, checkpoint: \"\(directory)\" }")
      #expect(again.card.picksRows && again.card.notes == [])
    }
  }
}
