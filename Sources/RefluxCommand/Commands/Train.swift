import ArgumentParser
import RefluxCPU
import RefluxCore
import RefluxIO
import RefluxTrain

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains what a recipe says.",
    discussion: """
      The run directory gets the final model (model/), the scores, every step's losses (metrics.jsonl), the answers to \
      each evaluation split and the resolved recipe. Ctrl-C stops after the step at hand; --resume goes on, and ends \
      with the same weights as if nothing had happened.
      """)

  @OptionGroup var recipe: RecipeArguments
  @Option(help: "The run directory, instead of the recipe's 'output'.", completion: .directory) var output: String?
  @Flag(help: "Remove an earlier run in the run directory.") var force = false
  @Flag(help: "Go on with a run that was stopped.") var resume = false
  @Option(help: "Go on from this checkpoint instead of the newest: checkpoint-500.") var resumeFrom: String?
  @OptionGroup var device: DeviceOptions
  @Flag(name: .shortAndLong, help: "Show scores only, no progress.") var quiet = false
  @Flag(help: "Print the results as JSON on standard output.") var json = false

  func validate() throws {
    guard !force || (!resume && resumeFrom == nil) else {
      throw ValidationError("--force starts again and --resume goes on; give one of them")
    }
  }

  func run() throws {
    let registry = try BuiltIn.registry()
    let recipe = try recipe.read(registry, adding: output.map { [RecipeNode.override("output", text: $0)] } ?? [])
    guard let path = recipe.output else {
      throw Failure("error: the recipe names no run directory; give --output DIR, or 'output: DIR' in it", .usage)
    }
    let start = resumeFrom.map { RunStart.resume(from: $0) } ?? (resume ? .resume(from: nil) : .fresh(force: force))
    let directory = try RunDirectory(checking: path, start)
    let results = try TrainingSession(recipe, directory, start, backend: device.backend(), quiet: quiet).run()
    try json ? Output.print(.object(results.json)) : Output.print(results.text(directory))
  }
}

extension RecipeNode {
  /// `key=value` for text that is to stay text.
  static func override(_ key: String, text: String) -> String {
    String(
      RecipeNode(.map([.init(key, RecipeNode(stringLiteral: text))])).yaml.dropLast().replacing(
        ": ", with: "=", maxReplacements: 1))
  }
}
