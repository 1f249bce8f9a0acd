import ArgumentParser
import RefluxCPU
import RefluxCore
import RefluxIO
import RefluxTrain

struct Quickstart: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains a small model three ways and compares them; about a minute, no download.",
    discussion: """
      A BERT of two layers learns from scratch whether the verb of a generated sentence has the right number: with plain \
      fine-tuning, with DLB and with DynSDPB. The recipes are in recipes/quickstart.
      """)

  @Option(help: "Where the recipes are.", completion: .directory) var recipes = "recipes/quickstart"
  @Option(help: "Where the runs go; earlier runs of the quickstart there are replaced.", completion: .directory)
  var output = "runs/quickstart"
  @OptionGroup var device: DeviceOptions
  @Flag(name: .shortAndLong, help: "Show scores only, no progress.") var quiet = false
  @Flag(help: "Print the comparison as JSON on standard output.") var json = false

  private static let names = ["finetune", "dlb", "dynsdpb"]

  func run() throws {
    guard Directory.exists(recipes) else {
      throw Failure(
        "error: there is no \(recipes) here; run this in Reflux's directory, or name the place with --recipes", .usage)
    }
    let (registry, backend) = (try BuiltIn.registry(), device.backend())
    // All are checked before the first is trained.
    let planned = try Self.names.map { name in
      let path = "\(output)/\(name)"
      let recipe = try Recipe(
        file: "\(recipes)/\(name).yaml", overrides: [RecipeNode.override("output", text: path)], registry)
      return (name: name, recipe: recipe, directory: try RunDirectory(checking: path, .fresh(force: true)))
    }
    var rows: [(name: String, results: RunResults, directory: RunDirectory)] = []
    for (name, recipe, directory) in planned {
      try Output.remark((rows.isEmpty ? "" : "\n") + "== \(name)")
      let session = TrainingSession(recipe, directory, .fresh(force: true), backend: backend, quiet: quiet)
      rows.append((name, try session.run(), directory))
    }
    if json {
      return try Output.print(
        .array(
          rows.map { name, results, directory in
            .object(
              JSONObject(
                [("method", .string(name)), ("run", .string(directory.path))]
                  + results.json.entries.map { ($0.key, $0.value) }))
          }))
    }
    try Output.print("\n" + Self.table(rows))
    try Output.print(
      """

      The settings were tuned on this validation split: a demonstration, not evidence (docs/results.md).
      Each run is in \(output)/<method>: model/ is the trained model, metrics.jsonl has every step's losses.
      Next: reflux check \(recipes)/dynsdpb.yaml shows what the method is made of, reflux list what else there is.
      """)
  }

  /// Scores of the first split, steps and time of each run, in columns.
  private static func table(_ rows: [(name: String, results: RunResults, directory: RunDirectory)]) -> String {
    let scores = rows.first?.results.scores.first?.scores.map(\.name) ?? []
    let head = ["method"] + scores.map { $0.replacing("_", with: " ") } + ["steps", "time"]
    let body = rows.map { name, results, _ in
      let values = results.scores.first?.scores.map { decimals($0.value, 4) } ?? []
      return [name] + values + ["\(results.steps)", decimals(results.seconds, 1) + " s"]
    }
    return columns([head] + body)
  }
}

/// Rows as columns: the first flush left, the others flush right.
func columns(_ rows: [[String]]) -> String {
  let widths = (0..<(rows.map(\.count).max() ?? 0)).map { column in
    rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
  }
  return rows.map { row in
    row.enumerated().map { column, cell in
      let padding = String(repeating: " ", count: widths[column] - cell.count)
      return column == 0 ? cell + padding : padding + cell
    }.joined(separator: "  ")
  }.joined(separator: "\n")
}
