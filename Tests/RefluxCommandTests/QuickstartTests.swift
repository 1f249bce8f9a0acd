import Foundation
import RefluxIO
import RefluxTesting
import Testing

/// `reflux quickstart`, on a few of its sentences.
@Suite struct QuickstartTests {
  private static let recipes = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../recipes/quickstart").standardized.path

  /// Copies the recipes, with less to learn.
  private func copyRecipes(to directory: String) throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    for name in ["finetune", "dlb", "dynsdpb"] {
      let recipe = try String(contentsOfFile: "\(Self.recipes)/\(name).yaml", encoding: .utf8)
      let small = recipe.replacing(
        "train_size: 6000, validation_size: 1000", with: "train_size: 96, validation_size: 40"
      )
      .replacing("epochs: 6", with: "epochs: 1")
      #expect(small != recipe)
      try Data(small.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name).yaml"))
    }
  }

  @Test func comparesThreeMethods() throws {
    try withTemporaryDirectory { directory in
      try copyRecipes(to: "\(directory)/recipes")
      let arguments = ["quickstart", "--recipes", "recipes", "--output", "runs", "--quiet"]
      let shown = try Program.run(arguments, in: directory)
      #expect(shown.code == 0)
      let lines = shown.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      #expect(lines[0].isEmpty)
      #expect(lines[1].split(separator: " ") == ["method", "accuracy", "matthews", "correlation", "steps", "time"])
      let rows = lines[2...4].map { $0.split(separator: " ").map(String.init) }
      #expect(rows.map(\.first) == ["finetune", "dlb", "dynsdpb"])
      #expect(rows.map { $0[3] } == ["2", "3", "3"])
      #expect(
        lines.contains(
          "Each run is in runs/<method>: model/ is the trained model, metrics.jsonl has every step's losses."))

      // Again: what an earlier quickstart left is replaced, and the scores are the same.
      let again = try Program.run(arguments + ["--json"], in: directory)
      #expect(again.code == 0)
      let results = try #require(try JSON(parsing: again.output.utf8, name: "output").array)
      #expect(results.map { $0["method"]?.string } == ["finetune", "dlb", "dynsdpb"])
      #expect(results.map { $0["run"]?.string } == ["runs/finetune", "runs/dlb", "runs/dynsdpb"])
      for (row, result) in zip(rows, results) {
        let accuracy = try #require(result["scores"]?["validation"]?["accuracy"]?.number)
        #expect(abs(accuracy - (Double(row[1]) ?? .nan)) < 5e-5)
      }
    }
  }

  @Test func needsItsRecipes() throws {
    try withTemporaryDirectory { directory in
      let outcome = try Program.run(["quickstart"], in: directory)
      #expect(
        outcome
          == Program.Outcome(
            code: 2, output: "",
            errors:
              "error: there is no recipes/quickstart here; run this in Reflux's directory, or name the place with "
              + "--recipes\n"))
    }
  }
}
