import RefluxAdapters
import RefluxCPU
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxDecoders

/// A tiny LLaMA of the fixtures, and what transformers computes with it.
struct LlamaFixture {
  static let all = ["llama1", "llama2", "llama3", "llama3-tied"]
  let name: String
  let expected: JSON
  let arrays: SafetensorsFile

  init(_ name: String) throws {
    self.name = name
    expected = try JSON(contentsOf: fixture("\(name)/expected.json"))
    arrays = try SafetensorsFile(fixture("\(name)/expected.safetensors"))
  }

  /// The model; `edit` changes its directory's options: `recompute: true`.
  func model(
    _ options: String = "", on backend: any Backend = ReferenceBackend.shared, stored: Bool = false
  ) throws -> any Model {
    try RefluxDecodersTests.model(
      "{ type: llama, checkpoint: \"\(fixture("\(name)/model"))\", \(options) }", on: backend, stored: stored)
  }

  /// The fixtures' batch without its padding; every token predicts the next one.
  var block: TokenBlock {
    get throws {
      let batch = try #require(expected["batch"])
      func rows(_ key: String) throws -> [[Int]] {
        try #require(batch[key]?.array).map { $0.numbers.map { Int($0) } }
      }
      let lengths = try rows("attention_mask").map { $0.reduce(0, +) }
      let ids = try zip(rows("input_ids"), lengths).map { Array($0.prefix($1)) }
      return TokenBlock(
        ids: ids.flatMap { $0.map(Int32.init) }, rows: RowOffsets(lengths: lengths),
        targets: .tokens(ids.map { $0.dropFirst() + [-1] }))
    }
  }

  /// Where the real tokens are in the padded batch, counted row after row.
  var realTokens: [Int] {
    get throws {
      let mask = try #require(expected["batch"]?["attention_mask"]).numbers
      return mask.indices.filter { mask[$0] == 1 }
    }
  }

  func gradient(_ name: String, _ shape: Shape) throws -> [Float] { try arrays.gradient(name, shape) }
}

/// A model as a recipe names it; `stored` keeps the types of its files.
func model(_ recipe: String, on backend: any Backend = ReferenceBackend.shared, stored: Bool = false) throws
  -> any Model
{
  let node = try RecipeNode.parse(recipe, name: "recipe.yaml")
  let blueprint = try Blueprint<any Model>(node, OptionScope(try Registry([AdaptersPlugin.self, DecodersPlugin.self])))
  var context = BuildContext(seed: 1, backend: backend)
  context.keepsStoredTypes = stored
  return try blueprint.build(&context)
}

extension Model {
  /// The output without dropout.
  func evaluated(_ block: TokenBlock, wants: ForwardPass.Wants = []) throws -> ModelOutput {
    var pass = ForwardPass(training: false, wants: wants)
    return try self(block, &pass)
  }

  /// The mean loss over all targets.
  func loss(_ block: TokenBlock, training: Bool = false) throws -> Tensor {
    var pass = ForwardPass(training: training)
    return try #require(try self(block, &pass).tokens).losses().mean()
  }
}

extension TokenBlock {
  /// The same rows with a target at every position.
  var asking: TokenBlock {
    var block = self
    block.targets = .tokens(rows.lengths.map { [Int](repeating: 0, count: $0) })
    return block
  }

  /// From samples with `input_ids` and `labels`.
  init(samples: [JSON]) throws {
    let ids = try samples.map { try #require($0["input_ids"]).numbers.map { Int32($0) } }
    let targets = try samples.map { try #require($0["labels"]).numbers.dropFirst().map { max(Int($0), -1) } + [-1] }
    self.init(ids: ids.flatMap { $0 }, rows: RowOffsets(lengths: ids.map(\.count)), targets: .tokens(targets))
  }
}
