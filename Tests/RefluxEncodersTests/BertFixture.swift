import Foundation
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxEncoders

/// The tiny BERT of the fixtures, and what transformers computes with it.
struct BertFixture {
  let expected: JSON
  let arrays: SafetensorsFile

  init() throws {
    expected = try JSON(contentsOf: fixture("bert/expected.json"))
    arrays = try SafetensorsFile(fixture("bert/expected.safetensors"))
  }

  /// The fixtures' batch without its padding.
  var block: TokenBlock {
    get throws { try TokenBlock(padded: #require(expected["batch"])) }
  }

  /// Where the real tokens are in the padded batch, counted row after row.
  var realTokens: [Int] {
    get throws {
      let mask = try #require(expected["batch"]?["attention_mask"]).numbers
      return mask.indices.filter { mask[$0] == 1 }
    }
  }
}

/// A model as a recipe names it: `{ type: bert, layers: 1 }`.
func model(_ recipe: String, task: (any Task)? = nil, on backend: any Backend = ReferenceBackend.shared) throws
  -> any Model
{
  let registry = try Registry([EncodersPlugin.self])
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

extension TokenBlock {
  /// From `input_ids`, `token_type_ids` and `attention_mask`, padded at the end.
  init(padded batch: JSON, choices: Int = 1) throws {
    func rows(_ key: String) throws -> [[Double]] { try #require(batch[key]?.array).map(\.numbers) }
    let lengths = try rows("attention_mask").map { Int($0.reduce(0, +)) }
    func packed(_ key: String) throws -> [Int32] {
      try zip(rows(key), lengths).flatMap { row, length in row.prefix(length).map { Int32($0) } }
    }
    self.init(
      ids: try packed("input_ids"), segments: try packed("token_type_ids"), rows: RowOffsets(lengths: lengths),
      choices: choices)
  }
}

extension JSON {
  /// All numbers of a nested list, in order.
  var numbers: [Double] { array?.flatMap(\.numbers) ?? number.map { [$0] } ?? [] }
}

/// The largest absolute difference; infinite if the counts differ.
func largestDifference(_ a: [Float], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
}

/// Mean cross-entropy of `logits` `[n, classes]`, written out.
func crossEntropy(_ logits: Tensor, _ labels: [Int]) -> Tensor {
  let classes = logits.shape[1]
  let isLabel = labels.flatMap { label in (0..<classes).map { $0 == label ? Float(1) : 0 } }
  let target = Tensor(isLabel, logits.shape, on: logits.backend)
  return -(logits.logSoftmax() * target).sum() / Float(labels.count)
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

func cosine(_ x: Int) -> Double { cos(Double(x)) }
