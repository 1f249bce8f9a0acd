import Foundation
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@Suite struct LoRAErrorTests {
  private func problem(_ options: String) -> String? {
    thrownMessage { try model("adapter: { type: lora, \(options) }") }
  }

  @Test func targetsThatAreNotThere() {
    #expect(
      problem("targets: [queri]")
        == "targets: no linear map is called queri; the model's linear maps are called dense, key, query, value")
    #expect(
      problem("targets: [word_embeddings, q_proj]")
        == "targets: no linear map is called word_embeddings or q_proj; the model's linear maps are called dense, key, "
        + "query, value")
    #expect(
      problem("targets: '.*\\.9\\..*'")
        == "targets: no linear map's path matches '.*\\.9\\..*'; the model's linear maps are called dense, key, query, value"
    )
    #expect(problem("targets: '(query'") == "'(query' is not a regular expression")
    #expect(problem("modules_to_save: [clasifier]") == "modules_to_save: the model has no part 'clasifier'")
  }

  @Test func optionsThatDoNotGoTogether() {
    #expect(
      problem("checkpoint: DIR, rank: 4, bias: all")
        == "adapter 'lora': with a checkpoint, its adapter_config.json decides rank, bias")
    #expect(problem("rank: -1") == "must be from 0 to 65536, but is '-1'")
    #expect(
      thrownMessage { try model("adapter: { rank: 4 }") } == "this adapter needs a 'type', one of: lora")
    #expect(
      thrownMessage {
        try component(
          "{ type: bert, layers: 1, hidden_size: 4, heads: 1, vocabulary_size: 9, adapter: lora }",
          as: (any Model).self, from: testPlugins)
      } == "an adapter needs a model with a checkpoint: all weights but its own are frozen")
  }

  /// `edit` changes the adapter's settings; DIR stands for its directory.
  private func problem(_ file: String = "bert/lora", editing edit: (inout JSONObject) -> Void) throws -> String? {
    try withTemporaryDirectory { directory in
      for name in ["adapter_model.safetensors", "adapter_config.json"] {
        try FileManager.default.copyItem(atPath: fixture("\(file)/\(name)"), toPath: "\(directory)/\(name)")
      }
      var json = try JSONFields(contentsOf: "\(directory)/adapter_config.json").object
      edit(&json)
      try AtomicFile.write(JSON.object(json).text, to: "\(directory)/adapter_config.json")
      return thrownMessage { try model(adapter(directory)) }?.replacing(directory, with: "DIR")
    }
  }

  @Test func adaptersOfAnotherKind() throws {
    #expect(
      try problem { $0["peft_type"] = "IA3" }
        == "DIR/adapter_config.json: 'peft_type' is 'IA3'; only 'LORA' can be read")
    #expect(
      try problem { $0["use_dora"] = true }
        == "DIR/adapter_config.json: 'use_dora' is true; such adapters cannot be read")
    #expect(
      try problem { $0["alpha_pattern"] = ["layer.[": 2] }
        == "DIR/adapter_config.json: 'alpha_pattern' has a key that is no regular expression: 'layer.['")
    #expect(
      try problem { $0["trainable_token_indices"] = [1, 2] }
        == "DIR/adapter_config.json: 'trainable_token_indices' is given; such adapters cannot be read")
    #expect(
      try problem { $0["alora_invocation_tokens"] = [7] }
        == "DIR/adapter_config.json: 'alora_invocation_tokens' is given; such adapters cannot be read")
    #expect(
      try problem { $0["bias"] = "some" } == "DIR/adapter_config.json: 'bias' is 'some'; known are none, lora_only, all"
    )
  }

  /// What the updates were begun with matters where it was taken out of the base.
  @Test func adaptersThatChangeTheBase() throws {
    for value: JSON in ["pissa", "pissa_niter_16", "olora", "corda", "loftq", "lora_ga", 3] {
      #expect(
        try problem { $0["init_lora_weights"] = value }
          == "DIR/adapter_config.json: 'init_lora_weights' is '\(value.string ?? value.text)'; only adapters that leave "
          + "the base as it is can be read: true, false, gaussian, eva, orthogonal")
    }
    for value: JSON? in [nil, .null, true, false, "gaussian", "eva", "orthogonal"] {
      #expect(try problem { $0["init_lora_weights"] = value } == nil)
    }
  }

  @Test func adaptersOfAnotherModel() throws {
    #expect(
      thrownMessage { try model("layers: 1, \(adapter(fixture("bert/lora")))") }?
        .replacing(fixture("bert/lora"), with: "DIR")
        == "DIR/adapter_model.safetensors: the model has no place for "
        + "'base_model.model.bert.encoder.layer.1.attention.self.query.lora_A.weight' and 3 more")
    #expect(
      thrownMessage { try model(adapter(fixture("bert/model"))) }?.replacing(fixture("bert/model"), with: "DIR")
        == "DIR: is not an adapter directory: it has no adapter_config.json")
    #expect(
      thrownMessage { try model("outputs: 2", of: "bert/lora") }?.replacing(fixture("bert/lora"), with: "DIR")
        == "DIR: is an adapter and no model; write the model's checkpoint, and adapter: { type: lora, checkpoint: … }")
  }
}
