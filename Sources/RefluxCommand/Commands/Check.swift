import ArgumentParser
import RefluxCore
import RefluxIO
import RefluxTrain

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks recipes without loading anything, and shows what a method stands for.",
    discussion: "One right recipe is printed with everything spelled out; read again it gives the same run.")

  @Argument(
    help: "Recipes, and changes to all of them: key.path=value or ~key.path.",
    completion: .file(extensions: ["yaml", "yml"]))
  var recipes: [String]
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let registry = try BuiltIn.registry()
    let overrides = recipes.filter(isOverride)
    let files = recipes.filter { !overrides.contains($0) }
    guard !files.isEmpty else { throw Failure("error: name at least one recipe", .usage) }

    let results = files.map { file in
      (file: file, outcome: Result { try Recipe(file: file, overrides: overrides, registry) })
    }
    if json {
      try Output.print(JSON.array(results.map(Self.report)))
    } else {
      for (file, outcome) in results { try show(file, outcome, alone: results.count == 1) }
    }
    guard results.allSatisfy({ (try? $0.outcome.get()) != nil }) else { throw Failure("", .usage) }
  }

  private func show(_ file: String, _ outcome: Result<Recipe, any Error>, alone: Bool) throws {
    switch outcome {
    case .success(let recipe):
      for note in recipe.notes + recipe.idle { try Output.remark(note.described(as: "note")) }
      let method = recipe.method.map { "# method: \($0), spelled out\n" } ?? ""
      try Output.print(alone ? method + recipe.resolvedText.dropLast() : "\(file): ok")
    case .failure(let error):
      try Output.remark(Failure(error).message)
    }
  }

  private static func report(_ file: String, _ outcome: Result<Recipe, any Error>) -> JSON {
    var report = JSONObject([("file", .string(file))])
    switch outcome {
    case .success(let recipe):
      report["ok"] = .bool(true)
      report["method"] = recipe.method.map(JSON.string) ?? .null
      report["recipe"] = JSON(recipe.resolved)
      report["notes"] = .array((recipe.notes + recipe.idle).map(JSON.init))
    case .failure(let error):
      report["ok"] = .bool(false)
      report["problems"] = .array(((error as? RecipeError)?.problems ?? [Problem("\(error)")]).map(JSON.init))
    }
    return .object(report)
  }
}
