import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxDecoders

/// Parts of a LLaMA that are trained as a whole, as peft takes `modules_to_save`.
@Suite struct LlamaLoRAPartsTests {
  private static let prefix = "base_model.model."

  private func adapted(_ name: String, _ options: String) throws -> any Model {
    try LlamaFixture(name).model("adapter: { type: lora, \(options) }")
  }

  private func reading(_ name: String, _ directory: String) throws -> any Model {
    try adapted(name, "checkpoint: \"\(directory)\"")
  }

  private func logits(_ llama: any Model, _ ids: [Int32] = [1, 5, 9, 200, 17, 33]) throws -> [Float] {
    try #require(try llama.evaluated(TokenBlock(ids: ids, rows: RowOffsets(lengths: [ids.count]))).tokens).logits.floats
  }

  /// What an adapter directory calls its whole parts, and what it holds of them.
  private func parts(_ directory: String) throws -> (listed: JSON?, stored: [String]) {
    let names = try SafetensorsFile("\(directory)/adapter_model.safetensors").names
    return (
      try JSON(contentsOf: "\(directory)/adapter_config.json")["modules_to_save"],
      names.filter { !$0.contains(".lora_") }.map { $0.replacing(Self.prefix, with: "") }.sorted()
    )
  }

  private static let norms = [
    "model.layers.0.input_layernorm", "model.layers.0.post_attention_layernorm", "model.layers.1.input_layernorm",
    "model.layers.1.post_attention_layernorm", "model.norm",
  ]

  /// In peft `norm` is every part whose path ends so (`Tests/Fixtures/scripts/lora_parts.py`).
  @Test func readsThePartsThatPeftSaves() throws {
    let expected = try JSON(contentsOf: fixture("llama3/lora_parts/expected.json"))
    let llama = try reading("llama3", fixture("llama3/lora_parts"))
    let ids = try #require(expected["input_ids"]).numbers.map { Int32($0) }
    let wanted = try #require(expected["logits"]).numbers
    #expect(largestDifference(try logits(llama, ids), wanted) < 5e-5)
    #expect(largestDifference(try logits(LlamaFixture("llama3").model(), ids), wanted) > 0.1)
    try withTemporaryDirectory { directory in
      try llama.save(to: directory)
      let (listed, stored) = try parts(directory)
      #expect(listed == .array(Self.norms.map(JSON.string)) && stored == Self.norms.map { "\($0).weight" })
      #expect(try stored == parts(fixture("llama3/lora_parts")).stored)
      #expect(try logits(reading("llama3", directory)) == logits(llama))
    }
  }

  /// A whole path is the end of no other one, so that peft takes for a part what was trained.
  @Test func writesWholePaths() throws {
    let llama = try adapted("llama3", "modules_to_save: [lm_head, embed_tokens, norm]")
    try withTemporaryDirectory { directory in
      try llama.save(to: directory)
      let (listed, stored) = try parts(directory)
      #expect(listed == ["lm_head", "model.embed_tokens", "model.norm"])
      #expect(stored == ["lm_head.weight", "model.embed_tokens.weight", "model.norm.weight"])
      #expect(try logits(reading("llama3", directory)) == logits(llama))
    }
  }

  /// peft unties what it trains; the head must be listed and stored beside the table that it is here.
  @Test func tiedHeadsAreStoredToo() throws {
    let llama = try adapted("llama3-tied", "modules_to_save: [embed_tokens]")
    let table = "model.embed_tokens.weight"
    #expect(llama.parameters.names.filter { !$0.contains(".lora_") } == [table])
    let moved = llama.replacing(llama.parameters.mapping { $0 == table ? $1 * 1.5 : $1 })
    try withTemporaryDirectory { directory in
      try moved.save(to: directory)
      let (listed, stored) = try parts(directory)
      #expect(listed == ["model.embed_tokens", "lm_head"])
      #expect(stored == ["lm_head.weight", "model.embed_tokens.weight"])
      let file = try SafetensorsFile("\(directory)/adapter_model.safetensors")
      let both = try stored.map { try file.tensor(Self.prefix + $0, on: ReferenceBackend.shared).floats }
      #expect(both[0] == both[1] && moved.parameters[table]?.floats == both[0])
      #expect(try logits(reading("llama3-tied", directory)) == logits(moved))
      #expect(try logits(reading("llama3-tied", directory)) != logits(llama))
    }
  }

  /// What comes of reading a saved adapter whose tensors `edit` changed; DIR stands for its directory.
  private func problem(
    _ name: String, _ options: String, editing edit: (inout [(name: String, tensor: Tensor)]) throws -> Void
  ) throws -> String? {
    try withTemporaryDirectory { directory in
      try adapted(name, options).save(to: directory)
      let path = "\(directory)/adapter_model.safetensors"
      let file = try SafetensorsFile(path)
      var tensors = try file.names.map { (name: $0, tensor: try file.tensor($0, on: ReferenceBackend.shared)) }
      try edit(&tensors)
      try SafetensorsFile.write(tensors, to: path)
      return thrownMessage { try reading(name, directory) }?.replacing(directory, with: "DIR")
    }
  }

  /// peft trains the table or the head of a tied model alone; here they cannot be two.
  @Test func tiedWeightsThatDiffer() throws {
    let (head, table) = ("base_model.model.lm_head.weight", "base_model.model.model.embed_tokens.weight")
    let both = "in the model they are one weight (tied embeddings)"
    #expect(
      try problem("llama3-tied", "modules_to_save: [embed_tokens]") { $0.removeAll { $0.name == head } }
        == "DIR/adapter_model.safetensors: has '\(table)' without '\(head)', and \(both)")
    #expect(
      try problem("llama3-tied", "modules_to_save: [embed_tokens]") { tensors in
        let place = try #require(tensors.firstIndex { $0.name == head })
        tensors[place].tensor = tensors[place].tensor * 2
      } == "DIR/adapter_model.safetensors: '\(table)' and '\(head)' differ, and \(both)")
    #expect(
      try problem("llama3-tied", "targets: [q_proj]") { $0.append((head, Tensor([0], [1, 1]))) }
        == "DIR/adapter_model.safetensors: the model has no place for '\(head)': its head is embed_tokens")
    #expect(
      thrownMessage { try adapted("llama3-tied", "modules_to_save: [lm_head]") }
        == "modules_to_save: the model has no part 'lm_head': its head is embed_tokens")
    #expect(
      thrownMessage { try adapted("llama3", "modules_to_save: [weight]") }
        == "modules_to_save: the model has no part 'weight'")
  }

  /// As peft names the updates of an embedding and of the head, with the weights beside which they stand.
  @Test func updatesOfEmbeddingsAndHeads() throws {
    func added(_ names: [String]) throws -> String? {
      try problem("llama3", "targets: [q_proj]") { tensors in
        tensors += names.map { (Self.prefix + $0, Tensor([0], [1, 1])) }
      }
    }
    let place = "DIR/adapter_model.safetensors: the model has no place for '\(Self.prefix)"
    #expect(
      try added(
        ["lora_embedding_A", "lora_embedding_B", "base_layer.weight"].map { "model.embed_tokens.\($0)" })
        == "\(place)model.embed_tokens.lora_embedding_A' and 2 more: updates of embeddings cannot be read")
    #expect(
      try added(["lora_A.weight", "lora_B.weight", "base_layer.weight"].map { "lm_head.\($0)" })
        == "\(place)lm_head.lora_A.weight' and 2 more: updates of an output head cannot be read")
  }
}
