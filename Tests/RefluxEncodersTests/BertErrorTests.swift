import Foundation
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxEncoders

/// What is said about models, directories and batches that do not fit.
@Suite struct BertErrorTests {
  /// Copies the fixture, changes it, loads it, and returns the complaint with the directory as `DIR`.
  private func problem(_ change: (String) throws -> Void, _ options: String = "", task: (any Task)? = nil) throws
    -> String
  {
    try withTemporaryDirectory { directory in
      let copy = directory + "/model"
      try FileManager.default.copyItem(atPath: fixture("bert/model"), toPath: copy)
      try change(copy)
      return try #require(
        thrownMessage { try model("{ type: bert, checkpoint: \"\(copy)\", \(options) }", task: task) }
      )
      .replacingOccurrences(of: copy, with: "DIR")
    }
  }

  private func setting(_ key: String, _ value: JSON?) throws -> String {
    try problem({ directory in
      var json = try #require(JSON(contentsOf: directory + "/config.json").object)
      json[key] = value
      try AtomicFile.write(JSON.object(json).indented(), to: directory + "/config.json")
    })
  }

  @Test func configurations() throws {
    #expect(
      try setting("model_type", "roberta")
        == "DIR/config.json: 'model_type' is 'roberta', and the model 'bert' reads 'bert'")
    #expect(try setting("hidden_size", nil) == "DIR/config.json: 'hidden_size' is missing")
    #expect(try setting("hidden_size", "32") == "DIR/config.json: 'hidden_size' wants an integer, but is a text")
    #expect(
      try setting("num_hidden_layers", 0) == "DIR/config.json: 'num_hidden_layers' must be from 1 to 1000, but is 0")
    #expect(
      try setting("num_hidden_layers", 3_000_000)
        == "DIR/config.json: 'num_hidden_layers' must be from 1 to 1000, but is 3000000")
    #expect(
      try setting("hidden_size", 1_000_000_000_000_000_000)
        == "DIR/config.json: 'hidden_size' must be from 1 to 1000000, but is 1000000000000000000")
    #expect(
      try setting("num_attention_heads", 5)
        == "DIR/config.json: 'hidden_size' (32) must be a multiple of 'num_attention_heads' (5)")
    #expect(
      try setting("hidden_act", "mish") == """
        DIR/config.json: 'hidden_act' is 'mish'; known are gelu, gelu_new, gelu_pytorch_tanh, relu, silu, swish, tanh
        """)
    #expect(
      try setting("hidden_dropout_prob", 1.5)
        == "DIR/config.json: 'hidden_dropout_prob' must be at least 0 and below 1, but is 1.5")
    #expect(
      try setting("position_embedding_type", "relative_key")
        == "DIR/config.json: 'position_embedding_type' is 'relative_key'; only 'absolute' can be read")
    #expect(try setting("is_decoder", true) == "DIR/config.json: 'is_decoder' is true; only encoders can be read")
    #expect(try setting("id2label", ["0": "a", "2": "b"]) == "DIR/config.json: 'id2label.1' is missing")
    #expect(try setting("num_labels", 0) == "DIR/config.json: 'num_labels' must be from 1 to 100000, but is 0")
  }

  @Test func shapesThatDoNotFitTheConfiguration() throws {
    #expect(
      try setting("vocab_size", 341) == """
        DIR/model.safetensors: tensor 'bert.embeddings.word_embeddings.weight' has shape [340, 32], and config.json \
        makes it [341, 32]
        """)
    #expect(
      try setting("num_labels", 3) == """
        DIR/model.safetensors: tensor 'classifier.weight' has shape [2, 32], and config.json makes it [3, 32]
        """)
  }

  @Test func missingLayersAreNotMadeUp() throws {
    #expect(
      try setting("num_hidden_layers", 3).hasPrefix(
        """
        DIR: 16 tensors are missing from the weights: bert.encoder.layer.2.attention.self.query.weight, \
        bert.encoder.layer.2.attention.self.query.bias, 
        """))
  }

  @Test func directories() throws {
    #expect(thrownMessage { try model("{ type: bert, checkpoint: /none }") } == "/none: there is no such directory")
    let file = fixture("bert/model/config.json")
    #expect(thrownMessage { try model("{ type: bert, checkpoint: \"\(file)\" }") } == "\(file): is not a directory")
    try withTemporaryDirectory { directory in
      #expect(
        thrownMessage { try model("{ type: bert, checkpoint: \"\(directory)\" }") }
          == "\(directory): is not a model directory: it has no config.json")
    }
    let remove = { (name: String) in
      { (directory: String) in try FileManager.default.removeItem(atPath: directory + "/" + name) }
    }
    #expect(
      try problem(remove("model.safetensors"))
        == "DIR: has no weights: neither model.safetensors nor pytorch_model.bin, nor an index")
    #expect(
      try problem { try AtomicFile.write("{", to: $0 + "/config.json") } == """
        DIR/config.json:1: not valid JSON: wants a key in double quotes, found the end of the text (column 2)
        """)
  }

  @Test func options() throws {
    func complaint(_ recipe: String) throws -> String { try #require(thrownMessage { try model(recipe) }) }
    #expect(
      try complaint("{ type: bert, hidden_size: 8 }").hasSuffix(
        "without a checkpoint, these are needed: vocabulary_size, heads, layers"))
    #expect(
      try complaint("{ type: bert, checkpoint: x, hidden_size: 8, segments: 2 }").hasSuffix(
        "with a checkpoint, its config.json decides hidden_size, segments"))
    #expect(
      try complaint("{ type: bert, vocabulary_size: 9, layers: 1, hidden_size: 8, heads: 3 }").hasSuffix(
        "hidden_size (8) must be a multiple of heads (3)"))
    #expect(
      try complaint("{ type: bert, vocabulary_size: 1e18, layers: 3000000, hidden_size: 0, heads: 1 }") == """
        must be from 1 to 100000000, but is '1e18'
        must be from 1 to 1000, but is '3000000'
        must be from 1 to 1000000, but is '0'
        """)
    #expect(try problem({ _ in }, "layers: 3") == "layers is 3, and DIR has 2")
    #expect(
      try problem({ _ in }, "outputs: 3", task: FakeTask(.score)) == "outputs is 3, and the task needs 1")
  }

  @Test func aModelThatNoMachineHolds() throws {
    let sizes = "vocabulary_size: 1000, layers: 1000, hidden_size: 1000000, heads: 1, intermediate_size: 1000000"
    let complaint = try #require(thrownMessage { try model("{ type: bert, \(sizes) }") })
    // The matrices of a layer are 6e12 numbers of 4 bytes.
    #expect(
      complaint.hasPrefix("a model of these sizes has at least 24000000.0 GB of weights, and this machine has "))
    #expect(complaint.hasSuffix(" GB of memory"))
  }

  @Test func batches() throws {
    let bert = try model(of: "bert/model")
    func complaint(_ ids: [Int32], segments: [Int32] = [], _ lengths: [Int], choices: Int = 1) -> String? {
      thrownMessage {
        try bert.evaluated(
          TokenBlock(ids: ids, segments: segments, rows: RowOffsets(lengths: lengths), choices: choices))
      }
    }
    #expect(
      complaint([2, 3, 2, 340], [2, 2])
        == "row 1 of the batch has at position 1 the token id 340, and the vocabulary ends at 339")
    #expect(
      complaint([-1], [1])
        == "row 0 of the batch has at position 0 the token id -1, and the vocabulary ends at 339")
    #expect(
      complaint([2, 3], segments: [0, 2], [2])
        == "row 0 of the batch has at position 1 the segment id 2, and the model's segments end at 1")
    #expect(
      complaint([Int32](repeating: 2, count: 67), [2, 65])
        == "row 1 of the batch has 65 tokens, and the model reads at most 64")
    #expect(complaint([2, 3], [2, 0]) == "row 1 of the batch has no tokens")
    #expect(complaint([2, 3], segments: [0], [2]) == "the batch has 2 tokens and 1 segment ids")
    #expect(
      complaint([2, 3], [1, 1], choices: 2)
        == "choosing between 2 rows needs a model with 1 output, and this one has 2")
  }
}
