import RefluxBasics
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

/// Adapters that peft made, with what peft computes with them (`Tests/Fixtures/scripts/lora.py`).
@Suite struct LoRAParityTests {
  /// The plain case; rsLoRA, a pattern, other ranks and alphas, biases and a whole part; every bias.
  private static let cases = ["lora", "lora_variants", "lora_bias"]

  private func expected(_ name: String) throws -> JSON { try JSON(contentsOf: fixture("bert/\(name)/expected.json")) }

  private func labels(_ json: JSON) throws -> [Int] { try #require(json["labels"]).numbers.map { Int($0) } }

  @Test(arguments: cases, testedBackends) func logits(_ name: String, _ backend: any Backend) throws {
    let adapted = try model(adapter(fixture("bert/\(name)")), on: backend)
    let logits = try adapted.logits(fixtureBlock())
    #expect(largestDifference(logits.floats, try #require(try expected(name)["logits"]).numbers) < 5e-6)
  }

  @Test(arguments: cases, testedBackends) func everyGradient(_ name: String, _ backend: any Backend) throws {
    let json = try expected(name)
    let wanted = try #require(json["gradients"]?.object)
    let adapted = try model(adapter(fixture("bert/\(name)")), on: backend)
    let (_, gradient) = try adapted.lossAndGradient(fixtureBlock(), labels(json))
    #expect(Set(gradient.names) == Set(wanted.keys))
    for (parameter, slope) in gradient {
      let numbers = try #require(wanted[parameter]).numbers
      let size = max(1, numbers.reduce(0) { max($0, abs($1)) })
      #expect(largestDifference(slope.floats, numbers) < 2e-6 * size, "\(parameter)")
    }
  }

  @Test(arguments: cases) func tenSteps(_ name: String) throws {
    let json = try expected(name)
    var adapted: any Module = try model(adapter(fixture("bert/\(name)")))
    let optimizer: any Optimizer = try component(
      "{ type: adamw, learning_rate: 0.01, weight_decay: 0 }", from: [BasicsPlugin.self])
    var (mover, block) = (optimizer, try fixtureBlock())
    block.targets = nil
    for (step, wanted) in try #require(json["losses"]).numbers.enumerated() {
      let now = try #require(adapted as? any Model)
      let (loss, gradient) = try now.lossAndGradient(block, labels(json))
      #expect(abs(Double(loss) - wanted) < 1e-4, "step \(step)")
      mover.update(&adapted, named: "student", along: gradient, rate: 1, gradientScale: 1)
    }
  }

  /// What is saved is what peft saved: the same tensors under the same names, the same settings.
  @Test(arguments: cases) func savesWhatPeftSaves(_ name: String) throws {
    try withTemporaryDirectory { directory in
      try model(adapter(fixture("bert/\(name)"))).save(to: directory)
      let (mine, theirs) = try (
        SafetensorsFile("\(directory)/adapter_model.safetensors"),
        SafetensorsFile(fixture("bert/\(name)/adapter_model.safetensors"))
      )
      #expect(mine.names == theirs.names)
      for tensor in theirs.names {
        #expect(try mine.bytes(of: tensor).elementsEqual(theirs.bytes(of: tensor)), "\(tensor)")
      }
      let (written, read) = try (
        JSONFields(contentsOf: "\(directory)/adapter_config.json"),
        JSONFields(contentsOf: fixture("bert/\(name)/adapter_config.json"))
      )
      // The base has an absolute path; a part that BERT does not have is not written again.
      for key in read.object.keys where key != "base_model_name_or_path" && key != "modules_to_save" {
        #expect(written.object[key] == read.object[key], "\(key)")
      }
      #expect(written.object["base_model_name_or_path"] == .string(Directory.absolute(fixture("bert/model"))))
      let again = try model(adapter(directory))
      #expect(try again.logits(fixtureBlock()).floats == model(adapter(directory)).logits(fixtureBlock()).floats)
    }
  }

  @Test(arguments: cases, testedBackends) func mergedIsUnmerged(_ name: String, _ backend: any Backend) throws {
    let adapted = try #require(try model(adapter(fixture("bert/\(name)")), on: backend) as? any AdaptedModel)
    let (block, merged) = (try fixtureBlock(), adapted.merged)
    let before = try adapted.logits(block)
    #expect(largestDifference(try merged.logits(block).floats, before.floats.map(Double.init)) < 1e-5)
    try withTemporaryDirectory { directory in
      try merged.save(to: directory)
      let plain = try model("outputs: 2", of: directory, on: backend)
      #expect(plain.parameters.names == (try model("outputs: 2", on: backend)).parameters.names)
      #expect(try plain.logits(block).floats == merged.logits(block).floats)
    }
  }
}
