import Foundation
import RefluxAdapters
import RefluxBasics
import RefluxCore
import RefluxEncoders
import RefluxIO
import RefluxTesting
import Testing

let testPlugins: [any Plugin.Type] = [AdaptersPlugin.self, BasicsPlugin.self, EncodersPlugin.self]

/// The tiny BERT under an adapter: `model("adapter: { type: lora, rank: 2 }")`.
func model(
  _ options: String, of folder: String = "bert/model", task: (any Task)? = nil, seed: UInt64 = 1,
  on backend: any Backend = ReferenceBackend.shared
) throws -> any Model {
  let path = folder.hasPrefix("/") ? folder : fixture(folder)
  return try model(options, recipe: "type: bert, checkpoint: \"\(path)\"", task: task, seed: seed, on: backend)
}

/// Any model under an adapter: `model("adapter: lora", recipe: "type: distilbert, …")`.
func model(
  _ options: String, recipe: String, task: (any Task)? = nil, seed: UInt64 = 1,
  on backend: any Backend = ReferenceBackend.shared
) throws -> any Model {
  let node = try RecipeNode.parse("{ \(recipe), \(options) }", name: "recipe.yaml")
  var context = BuildContext(seed: seed, task: task, backend: backend)
  return try Blueprint<any Model>(node, OptionScope(try Registry(testPlugins))).build(&context)
}

/// The option that names an adapter directory.
func adapter(_ directory: String) -> String { "adapter: { type: lora, checkpoint: \"\(directory)\" }" }

/// The fixtures' batch without its padding.
func fixtureBlock() throws -> TokenBlock {
  let batch = try #require(try JSON(contentsOf: fixture("bert/expected.json"))["batch"])
  func rows(_ key: String) throws -> [[Int]] {
    try #require(batch[key]?.array).map { ($0.array ?? []).compactMap(\.integer) }
  }
  let lengths = try rows("attention_mask").map { $0.reduce(0, +) }
  func packed(_ key: String) throws -> [Int32] {
    try zip(rows(key), lengths).flatMap { row, length in row.prefix(length).map(Int32.init) }
  }
  return TokenBlock(
    ids: try packed("input_ids"), segments: try packed("token_type_ids"), rows: RowOffsets(lengths: lengths))
}

extension Model {
  /// The logits without dropout.
  func logits(_ block: TokenBlock) throws -> Tensor {
    var pass = ForwardPass(training: false)
    return try self(block, &pass).logits
  }

  /// The mean cross-entropy and the gradient of every parameter that is shown.
  func lossAndGradient(_ block: TokenBlock, _ labels: [Int]) throws -> (loss: Float, gradient: Parameters) {
    let (loss, gradient) = try valueAndGradient(of: self) { model in
      let losses = crossEntropy(try model.logits(block), labels)
      return losses.sum() / Float(labels.count)
    }
    return (loss.item, gradient)
  }
}

struct FakeTask: Task {
  static let name = "fake"
  static let summary = "Predicts, and has no data."
  var prediction: PredictionKind
  init(_ prediction: PredictionKind) { self.prediction = prediction }
  init(_: NoOptions, _: inout BuildContext) { prediction = .score }
  func examples(_: Split) -> [Example] { [] }
  func metrics() -> [any Metric] { [] }
}
