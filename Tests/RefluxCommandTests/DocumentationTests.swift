import Foundation
import RefluxTesting
import Testing

/// What docs/recipes.md shows is what the program prints.
@Suite struct DocumentationTests {
  private let page: String

  init() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "../../docs/recipes.md")
    page = try String(contentsOf: path, encoding: .utf8)
  }

  /// The fenced block that begins with a line, without that line.
  private func block(_ opening: String) throws -> String {
    let start = try #require(page.range(of: "```" + opening + "\n")).upperBound
    let end = try #require(page.range(of: "```", range: start..<page.endIndex)).lowerBound
    return String(page[start..<end])
  }

  private func check(_ recipe: String, named name: String) throws -> Program.Outcome {
    try withTemporaryDirectory { directory in
      try Data(recipe.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
      return try Program.run(["check", name], in: directory)
    }
  }

  @Test func theRecipeSpelledOut() throws {
    let outcome = try check(block("yaml"), named: "rte.yaml")
    #expect(outcome.code == 0)
    #expect(try outcome.output == block("\n$ reflux check rte.yaml"))
  }

  @Test func mistakes() throws {
    let recipe = """
      seed: 1
      task: { type: rte, data: data/glue }
      max_len: 128
      model: { type: bert, checkpoint: bert-base-uncased, layers: six }
      method: { type: dynsdbp, alpha: -1 }
      train:
        epochs: 0
      """
    let outcome = try check(recipe, named: "broken.yaml")
    #expect(outcome.code == 2)
    #expect(try outcome.errors == block("\n$ reflux check broken.yaml"))
  }
}
