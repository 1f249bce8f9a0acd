import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxDecoders

@Suite struct LlamaConfigurationTests {
  private func configuration(_ name: String, _ file: String = "model/config.json") throws -> LlamaConfiguration {
    try LlamaConfiguration(JSONFields(contentsOf: fixture("\(name)/\(file)")))
  }

  /// The angles that transformers computes, in the older and the newer spelling of the configuration.
  @Test(arguments: LlamaFixture.all) func angles(_ name: String) throws {
    let wanted = try #require(LlamaFixture(name).expected["rope"]?["inv_freq"]).numbers
    for file in ["model/config.json", "config_v5.json"] {
      let configuration = try configuration(name, file)
      let rotary = RotaryEmbedding(
        size: configuration.headSize, base: configuration.rotaryBase, scaling: configuration.scaling)
      #expect(rotary.frequencies.count == wanted.count)
      #expect(zip(rotary.frequencies, wanted).allSatisfy { abs($0 - $1) < 1e-6 * abs($1) + 1e-9 }, "\(file)")
    }
  }

  /// LLaMA-2 7B and LLaMA-3.1 8B: heads of 128.
  @Test func anglesOfRealModels() throws {
    let rope = try #require(LlamaFixture("llama3").expected["rope"])
    let second = RotaryEmbedding(size: 128, base: 10_000)
    let third = RotaryEmbedding(
      size: 128, base: 500_000, scaling: .llama3(factor: 8, low: 1, high: 4, original: 8192))
    for (mine, key) in [(second, "inv_freq_llama2_7b"), (third, "inv_freq_llama31_8b")] {
      let wanted = try #require(rope[key]).numbers
      #expect(mine.frequencies.count == wanted.count)
      #expect(zip(mine.frequencies, wanted).allSatisfy { abs($0 - $1) < 1e-6 * abs($1) + 1e-9 }, "\(key)")
    }
  }

  @Test func whatOldConfigurationsLeaveOut() throws {
    let first = try configuration("llama1")
    #expect(first.keyValueHeads == 4 && first.headSize == 8 && first.padding == 0 && first.endTokens == [2])
    let tied = try configuration("llama3-tied")
    #expect(tied.isTied && tied.headSize == 12 && tied.padding == nil)
  }

  /// What is written is read back as it was.
  @Test(arguments: LlamaFixture.all) func aModelComesBackAsItWas(_ name: String) throws {
    let fixtures = try LlamaFixture(name)
    try withTemporaryDirectory { directory in
      let llama = try fixtures.model()
      try llama.save(to: directory + "/new")
      let again = try model("{ type: llama, checkpoint: \"\(directory)/new\" }")
      #expect(again.card.notes == [])
      for (name, tensor) in llama.parameters { #expect(again.parameters[name]?.floats == tensor.floats, "\(name)") }
      #expect(try again.loss(fixtures.block).item == llama.loss(fixtures.block).item)
      let (written, original) = try (
        SafetensorsFile(directory + "/new/model.safetensors"),
        SafetensorsFile(fixture("\(name)/model/model.safetensors"))
      )
      #expect(written.names == original.names.filter { !$0.hasSuffix("inv_freq") })
    }
  }

  /// The instructed LLaMA-3 names one end in config.json and two in generation_config.json, where transformers looks.
  @Test func endsOfTextsOfASecondFile() throws {
    let json = try JSON.object(JSONFields(contentsOf: fixture("llama3/model/config.json")).object)
    try withTemporaryDirectory { directory in
      func configuration(_ generation: String) throws -> LlamaConfiguration {
        try AtomicFile.write(json.text, to: "\(directory)/config.json")
        try AtomicFile.write(generation, to: "\(directory)/generation_config.json")
        return try LlamaConfiguration(ModelDirectory(directory))
      }
      let two = try configuration(#"{"eos_token_id": [350, 351], "temperature": 0.6}"#)
      #expect(two.endTokens == [350, 351] && two.json(.float32)["eos_token_id"] == [350, 351])
      let none = try configuration(#"{"temperature": 0.6}"#)
      #expect(none.endTokens == [350] && none.json(.float32)["eos_token_id"] == 350)
      #expect(
        thrownMessage { try configuration(#"{"eos_token_id": "</s>"}"#) }
          == "\(directory)/generation_config.json: 'eos_token_id' wants a token id or a list of them, but has \"</s>\"")
    }
  }

  private func problem(_ edit: (inout JSONObject) -> Void) throws -> String? {
    var json = try JSONFields(contentsOf: fixture("llama3/model/config.json")).object
    edit(&json)
    return thrownMessage { try LlamaConfiguration(JSONFields(.object(json), path: "config.json")) }
  }

  @Test func whatCannotBeRead() throws {
    #expect(
      try problem { $0["rope_scaling"] = ["rope_type": "yarn", "factor": 4] }
        == "config.json: 'rope_type' is 'yarn'; known are default, dynamic, linear, llama3")
    #expect(
      try problem { $0["rope_scaling"] = ["type": "linear"] }
        == "config.json: 'rope_scaling.factor' is missing")
    #expect(
      try problem { $0["num_key_value_heads"] = 3 }
        == "config.json: 'num_attention_heads' (4) must be a multiple of 'num_key_value_heads' (3)")
    #expect(
      try problem { $0["hidden_act"] = "swiglu" }
        == """
        config.json: 'hidden_act' is 'swiglu'; known are gelu, gelu_new, gelu_pytorch_tanh, relu, silu, swish, tanh
        """)
    #expect(try problem { $0["head_dim"] = 7 } == "config.json: the size of a head must be even, but is 7")
    #expect(
      try problem { $0["model_type"] = "mistral" }
        == "config.json: 'model_type' is 'mistral', and the model 'llama' reads 'llama'")
    #expect(
      try problem { $0["eos_token_id"] = ["</s>"] }
        == "config.json: 'eos_token_id' wants a token id or a list of them, but has \"</s>\"")
  }

  @Test func optionsThatDoNotGoTogether() throws {
    let path = fixture("llama3/model")
    #expect(
      thrownMessage { try model("{ type: llama, checkpoint: \"\(path)\", heads: 2, tied: true }") }
        == "model 'llama': with a checkpoint, its config.json decides heads, tied")
    #expect(
      thrownMessage { try model("{ type: llama, layers: 2, hidden_size: 10, heads: 3, vocabulary_size: 9 }") }
        == "hidden_size (10) must be a multiple of 2 x heads (3)")
    #expect(
      thrownMessage { try model("{ type: llama, layers: 2, hidden_size: 4e6, heads: 2, vocabulary_size: 9 }") }
        == "must be from 1 to 1000000, but is '4e6'")
    #expect(
      thrownMessage { try model("{ type: llama, layers: 1000, hidden_size: 1000000, heads: 2, vocabulary_size: 9 }") }?
        .hasPrefix("a model of these sizes has at least ") == true)
    #expect(
      thrownMessage { try model("{ type: llama, checkpoint: \"\(path)\", layers: 3 }") }
        == "layers is 3, and \(path) has 2")
  }
}
