import Foundation
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxEncoders

/// What is written must be what transformers writes, and come back as it was.
@Suite struct BertExportTests {
  @Test func aModelComesBackAsItWas() throws {
    try withTemporaryDirectory { directory in
      let bert = try model(of: "bert/model_3labels")
      try bert.save(to: directory + "/new/out")
      let again = try model("{ type: bert, checkpoint: \"\(directory)/new/out\" }")
      #expect(again.card.notes == [])
      for (name, tensor) in bert.parameters { #expect(again.parameters[name]?.floats == tensor.floats, "\(name)") }
      let block = try BertFixture().block
      #expect(try again.evaluated(block).logits.floats == bert.evaluated(block).logits.floats)
    }
  }

  @Test func theNamesAreThoseOfTransformers() throws {
    try withTemporaryDirectory { directory in
      try model(of: "bert/variants/pretraining_gamma_beta").save(to: directory)
      let (written, reference) = (
        try SafetensorsFile(directory + "/model.safetensors"),
        try SafetensorsFile(fixture("bert/model/model.safetensors"))
      )
      #expect(written.names == reference.names && written.metadata == ["format": "pt"])
      for name in written.names {
        #expect(try written.shape(of: name) == reference.shape(of: name) && written.type(of: name) == .f32)
      }
    }
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
