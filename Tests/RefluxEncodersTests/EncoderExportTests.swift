import Foundation
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxEncoders

/// What is written must be what transformers writes, and come back as it was.
@Suite struct EncoderExportTests {
  @Test(arguments: EncoderFixture.all) func aModelComesBackAsItWas(_ fixture: EncoderFixture) throws {
    try withTemporaryDirectory { directory in
      let first = try fixture.model("model_3labels")
      try first.save(to: directory + "/new/out")
      let again = try model("{ type: auto, checkpoint: \"\(directory)/new/out\" }")
      #expect(again.card.notes == [] && again.card.type == fixture.type)
      #expect(again.parameters.names == first.parameters.names)
      for (name, tensor) in first.parameters { #expect(again.parameters[name]?.floats == tensor.floats, "\(name)") }
      let block = try fixture.block()
      #expect(try again.evaluated(block).logits.floats == first.evaluated(block).logits.floats)
    }
  }

  @Test(arguments: EncoderFixture.all) func theNamesAreThoseOfTransformers(_ fixture: EncoderFixture) throws {
    try withTemporaryDirectory { directory in
      try fixture.model().save(to: directory)
      let (written, reference) = (
        try SafetensorsFile(directory + "/model.safetensors"),
        try SafetensorsFile(RefluxTesting.fixture("\(fixture.folder)/model/model.safetensors"))
      )
      let names = reference.names.filter { !$0.hasSuffix("position_ids") }
      #expect(written.names == names && written.metadata == ["format": "pt"])
      for name in written.names {
        #expect(try written.shape(of: name) == reference.shape(of: name) && written.type(of: name) == .f32)
      }
    }
  }

  /// Every key of the original that is not about transformers itself keeps its value.
  @Test(arguments: EncoderFixture.all) func theConfigurationIsKept(_ fixture: EncoderFixture) throws {
    try withTemporaryDirectory { directory in
      try fixture.model().save(to: directory)
      let original = try JSON(contentsOf: RefluxTesting.fixture("\(fixture.folder)/model/config.json"))
      let written = try JSON(contentsOf: directory + "/config.json")
      for (key, value) in try #require(original.object).entries {
        #expect(written[key] == value || written[key]?.number == value.number && value.number != nil, "\(key)")
      }
    }
  }

  @Test(arguments: EncoderFixture.all) func theNewSpellingIsTheSame(_ fixture: EncoderFixture) throws {
    try withTemporaryDirectory { directory in
      let files = FileManager.default
      try files.copyItem(atPath: RefluxTesting.fixture("\(fixture.folder)/model"), toPath: directory + "/model")
      try files.removeItem(atPath: directory + "/model/config.json")
      try files.copyItem(
        atPath: RefluxTesting.fixture("\(fixture.folder)/config_v5.json"), toPath: directory + "/model/config.json")
      let (old, new) = (
        try fixture.model(), try model("{ type: \(fixture.type), checkpoint: \"\(directory)/model\" }")
      )
      let block = try fixture.block()
      #expect(try new.evaluated(block).logits.floats == old.evaluated(block).logits.floats)
      #expect(new.card.notes == [] && new.card.labels == old.card.labels)
    }
  }

  /// In two files of half precision each, as large models are published.
  @Test(arguments: EncoderFixture.all, [DType.float16, .bfloat16])
  func shardsOfHalfPrecision(_ fixture: EncoderFixture, _ type: DType) throws {
    try withTemporaryDirectory { directory in
      let whole = try fixture.model()
      try whole.save(to: directory)
      try FileManager.default.removeItem(atPath: directory + "/model.safetensors")
      let halves = whole.parameters.map { (name: $0.0, tensor: $0.1.converted(to: type)) }
      var map = JSONObject()
      for shard in 0..<2 {
        let part = halves.enumerated().filter { $0.offset % 2 == shard }.map(\.element)
        try SafetensorsFile.write(part, to: "\(directory)/part-\(shard).safetensors")
        for (name, _) in part { map[name] = .string("part-\(shard).safetensors") }
      }
      try AtomicFile.write(
        JSON.object(JSONObject([("weight_map", .object(map))])).indented(),
        to: directory + "/model.safetensors.index.json")
      let loaded = try model("{ type: auto, checkpoint: \"\(directory)\" }")
      #expect(loaded.card.notes == [] && loaded.parameters.names == whole.parameters.names)
      // Float16 has 11 significant bits and bfloat16 has 8, so rounding moves a number by at most this share of it.
      let rounding: Float = type == .float16 ? 0x1p-11 : 0x1p-8
      for (name, tensor) in whole.parameters {
        let found = try #require(loaded.parameters[name]).floats
        #expect(
          zip(tensor.floats, found).allSatisfy { abs($0 - $1) <= abs($0) * rounding + 0x1p-25 }, "\(name)")
      }
      let rounded = whole.parameters.map { name, tensor in
        (name: name, tensor: Tensor(tensor.floats.map { Self.rounded($0, to: type) }, tensor.shape, on: tensor.backend))
      }
      try whole.save(to: directory + "/rounded")
      try SafetensorsFile.write(rounded, to: directory + "/rounded/model.safetensors")
      let own = try model("{ type: auto, checkpoint: \"\(directory)/rounded\" }")
      let block = try fixture.block()
      #expect(try loaded.evaluated(block).logits.floats == own.evaluated(block).logits.floats)
    }
  }

  /// Rounding to the nearest, to even where two are: Swift's for float16, by hand for bfloat16, the upper half of a float.
  private static func rounded(_ value: Float, to type: DType) -> Float {
    if type == .float16 { return Float(Float16(value)) }
    let bits = value.bitPattern
    return Float(bitPattern: (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF_0000)
  }

  private func configuration(_ prediction: PredictionKind, _ options: String = "") throws -> JSON {
    try withTemporaryDirectory { directory in
      try model(of: "bert/model", options, task: FakeTask(prediction)).save(to: directory)
      return try JSON(contentsOf: directory + "/config.json")
    }
  }

  @Test func theConfigurationSaysWhatTheModelIs() throws {
    let classes = try configuration(.classes(["entailment", "not_entailment"]), "layers: 1, hidden_dropout: 0.2")
    #expect(classes["architectures"] == ["BertForSequenceClassification"])
    #expect(classes["id2label"] == ["0": "entailment", "1": "not_entailment"])
    #expect(classes["label2id"] == ["entailment": 0, "not_entailment": 1])
    #expect(classes["problem_type"] == "single_label_classification")
    #expect(classes["num_hidden_layers"] == 1 && classes["hidden_dropout_prob"] == 0.2)
    #expect(classes["layer_norm_eps"] == 1e-12 && classes["torch_dtype"] == "float32")
    #expect(classes.object?.keys == classes.object?.keys.sorted())

    let score = try configuration(.score)
    #expect(score["problem_type"] == "regression" && score["id2label"] == ["0": "LABEL_0"])
    let choice = try configuration(.choice(count: 2))
    #expect(choice["architectures"] == ["BertForMultipleChoice"] && choice["problem_type"] == nil)
  }

  @Test func aPlaceThatCannotBeWrittenIsNamed() throws {
    try withTemporaryDirectory { directory in
      try AtomicFile.write("", to: directory + "/file")
      let bert = try model(of: "bert/model")
      #expect(
        thrownMessage { try bert.save(to: directory + "/file/out") }
          == "\(directory)/file: is not a directory")
    }
  }
}
