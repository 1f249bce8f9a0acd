import RefluxBasics
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxEncoders

/// The tiny model of a family in the fixtures, and what transformers computes with it.
struct EncoderFixture: Sendable, CustomTestStringConvertible {
  /// The folder in `Tests/Fixtures`.
  let folder: String
  /// The model's name in recipes.
  let type: String
  /// The last layer of the head.
  var output = "classifier"
  /// Ends of the names of parameters whose gradient is zero in exact arithmetic.
  var withoutGradient = ["key.bias"]
  /// How near to transformers a model in double precision comes: what is still rounded to floats is rounded otherwise.
  var doubleTolerance = 1e-7

  static let bert = EncoderFixture(folder: "bert", type: "bert")
  static let roberta = EncoderFixture(folder: "roberta", type: "roberta", output: "classifier.out_proj")
  static let distilbert = EncoderFixture(folder: "distilbert", type: "distilbert", withoutGradient: ["k_lin.bias"])
  static let albert = EncoderFixture(folder: "albert", type: "albert")
  static let debertas = [
    EncoderFixture(folder: "deberta-v1", type: "deberta", doubleTolerance: 3e-7),
    EncoderFixture(
      folder: "deberta-v2-plain", type: "deberta-v2", withoutGradient: ["pos_key_proj.bias"], doubleTolerance: 3e-7),
    EncoderFixture(folder: "deberta-v2-conv", type: "deberta-v2", doubleTolerance: 3e-7),
    EncoderFixture(folder: "deberta-v3", type: "deberta-v2", doubleTolerance: 3e-7),
  ]
  static let all = [bert, roberta, distilbert, albert] + debertas

  var testDescription: String { folder }

  func expected() throws -> JSON { try JSON(contentsOf: fixture("\(folder)/expected.json")) }
  func arrays() throws -> SafetensorsFile { try SafetensorsFile(fixture("\(folder)/expected.safetensors")) }

  /// The fixtures' batch without its padding.
  func block() throws -> TokenBlock { try TokenBlock(padded: #require(expected()["batch"])) }

  /// Where the real tokens are in the padded batch, counted row after row.
  func realTokens() throws -> [Int] {
    let mask = try #require(expected()["batch"]?["attention_mask"]).numbers
    return mask.indices.filter { mask[$0] == 1 }
  }

  /// Whether a parameter's gradient is only rounding noise.
  func isWithoutGradient(_ name: String) -> Bool { withoutGradient.contains(where: name.hasSuffix) }

  /// The model in one of its forms, such as `model_3labels`, with further options.
  func model(
    _ form: String = "model", _ options: String = "", task: (any Task)? = nil,
    on backend: any Backend = ReferenceBackend.shared
  ) throws -> any Model {
    let recipe = "{ type: \(type), checkpoint: \"\(fixture("\(folder)/\(form)"))\", \(options) }"
    return try RefluxEncodersTests.model(recipe, task: task, on: backend)
  }
}

/// The families, and what finds them by their checkpoints.
let testedPlugins: [any Plugin.Type] = [EncodersPlugin.self, BasicsPlugin.self]

/// A model as a recipe names it: `{ type: bert, layers: 1 }`.
func model(_ recipe: String, task: (any Task)? = nil, on backend: any Backend = ReferenceBackend.shared) throws
  -> any Model
{
  let registry = try Registry(testedPlugins)
  let node = try RecipeNode.parse(recipe, name: "recipe.yaml")
  let blueprint = try Blueprint<any Model>(node, OptionScope(registry))
  var context = BuildContext(seed: 1, task: task, backend: backend)
  return try blueprint.build(&context)
}

/// The fixtures' BERT in one of its forms, with further options: `model(of: "bert/model", "layers: 1")`.
func model(
  of folder: String, _ options: String = "", task: (any Task)? = nil, on backend: any Backend = ReferenceBackend.shared
) throws -> any Model {
  try model("{ type: bert, checkpoint: \"\(fixture(folder))\", \(options) }", task: task, on: backend)
}

extension Model {
  /// The output without dropout.
  func evaluated(_ block: TokenBlock, wants: ForwardPass.Wants = []) throws -> ModelOutput {
    var pass = ForwardPass(training: false, wants: wants)
    return try self(block, &pass)
  }
}

/// What a task needs to be for a model to be built for it.
struct FakeTask: Task {
  static let name = "fake"
  static let summary = "Predicts, and has no data."
  var prediction: PredictionKind
  init(_ prediction: PredictionKind) { self.prediction = prediction }
  init(_: NoOptions, _: inout BuildContext) { prediction = .score }
  func examples(_: Split) -> [Example] { [] }
  func metrics() -> [any Metric] { [] }
  func loss(_ output: ModelOutput, _: TokenBlock, temperature _: Tensor?) -> Tensor { output.logits }
}
