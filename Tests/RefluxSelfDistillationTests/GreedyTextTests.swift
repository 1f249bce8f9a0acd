import RefluxCPU
import RefluxCore
import RefluxDecoders
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxSelfDistillation

/// Prompts that a tiny LLaMA of the fixtures continues by itself.
@Suite struct GreedyTextTests {
  private let prompts: [[Int32]]
  /// What transformers' greedy search makes of them.
  private let texts: [[Int32]]
  private let model: any Model

  init() throws {
    let generation = try JSON(contentsOf: fixture("llama2/expected.json"))["generation"]
    func ids(_ key: String) throws -> [[Int32]] {
      try #require(generation?[key]?.array).map { $0.numbers.map { Int32($0) } }
    }
    (prompts, texts) = (try ids("prompts"), try ids("tokens"))
    let node = try RecipeNode.parse("{ type: llama, checkpoint: \(fixture("llama2/model")) }", name: "recipe.yaml")
    let blueprint = try Blueprint<any Model>(node, OptionScope(try Registry([DecodersPlugin.self])))
    var context = BuildContext(seed: 1, backend: CPUBackend(threads: 2))
    let stored = try blueprint.build(&context)
    // As in training: every weight has a history.
    model = stored.replacing(stored.parameters.mapping { $1.asLeaf() })
  }

  /// Rows whose answers end with the given tokens.
  private func continued(_ ends: [Int32], atMost limit: Int) throws -> (ids: [[Int32]], labels: [[Int]]) {
    let rows = zip(prompts, ends).map { $0 + [9, $1] }
    var block = TokenBlock(
      ids: rows.flatMap { $0.dropLast() }, rows: RowOffsets(lengths: rows.map { $0.count - 1 }))
    block.targets = .tokens(
      zip(prompts, ends).map { [Int](repeating: -1, count: $0.count - 1) + [9, Int($1)] })
    let text = try GreedyText(model, atMost: limit).continuing(block)
    guard case .tokens(let targets)? = text.targets else { return ([], []) }
    return ((0..<text.rowCount).map { Array(text.ids[text.rows[$0]]) }, targets)
  }

  private func check(_ found: (ids: [[Int32]], labels: [[Int]]), _ wanted: [ArraySlice<Int32>]) {
    for row in prompts.indices {
      #expect(found.ids[row] == prompts[row] + wanted[row].dropLast())
      #expect(
        found.labels[row] == [Int](repeating: -1, count: prompts[row].count - 1) + wanted[row].map(Int.init))
    }
  }

  @Test func rowsEndWithTheTokenThatEndsTheirAnswers() throws {
    try check(continued([330, 330, 330], atMost: 20), [texts[0][...2], texts[1][...2], texts[2][...12]])
  }

  @Test func eachRowHasAnEndOfItsOwn() throws {
    try check(continued([16, 381, 7], atMost: 8), [texts[0][...5], texts[1][...5], texts[2][...7]])
  }
}
