import ArgumentParser
import RefluxCore
import RefluxIO
import RefluxTrain

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Scores a fine-tuned model on a task.",
    discussion: """
      Name a recipe, or a task and its options: reflux evaluate --model runs/x/model --task rte task.data=GLUE/RTE. \
      With a recipe the model is its run's, unless --model names another.
      """)

  @Argument(help: "A recipe (without --task), and changes: key.path=value.") var arguments: [String] = []
  @Option(
    help: "A model directory, an adapter directory, a run directory, or a model of the hub.", completion: .directory)
  var model: String?
  @Option(help: "An adapter directory (PEFT's); --model is the model that it belongs to.", completion: .directory)
  var adapter: String?
  @Option(help: "A task by name; its options are given as task.data=DIR and so on.") var task: String?
  @Option(help: "Only this split, such as validation or test. Default: the task's evaluation splits.")
  var split: String?
  @Option(help: "Write the answers to SPLIT.jsonl in this directory.", completion: .directory) var predictions: String?
  @Option(help: "The most tokens of an answer in words, instead of the task's max_new_tokens; 0 asks for none.")
  var maxNewTokens: Int?
  @OptionGroup var device: DeviceOptions
  @Flag(name: .shortAndLong, help: "Show no progress.") var quiet = false
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    guard maxNewTokens ?? 0 >= 0 else { throw ValidationError("--max-new-tokens must be at least 0") }
  }

  func run() throws {
    let registry = try BuiltIn.registry()
    let checkpoints = HubAccess(quiet: quiet).finder
    let recipe = try readRecipe(registry, checkpoints)
    guard let path = model ?? recipe.output else {
      throw Failure("error: name the model: --model DIR", .usage)
    }
    let backend = device.backend()
    var context = BuildContext(seed: recipe.seed, backend: backend)
    let task = try recipe.task.build(&context)
    let splits = split.map { [Split(rawValue: $0)] } ?? task.evaluationSplits
    for split in splits { try task.locate(split) }
    let saved = try SavedModel(
      path, adapter: adapter, registry: registry, task: task, on: backend, checkpoints: checkpoints)
    let evaluation = Evaluation(
      task, saved, maxLength: recipe.maxLength, batchSize: recipe.evaluationBatchSize, maxNewTokens: maxNewTokens)
    let display = ProgressDisplay(on: .standardError(), quiet: quiet)
    defer { display.clear() }
    for note in saved.model.card.notes { _ = try display.observe(.note(note)) }
    if let predictions { try Directory.create(predictions) }

    let scores = try splits.map { split in
      try evaluation.score(split, answersTo: predictions.map { "\($0)/\(split.rawValue).jsonl" }) {
        _ = try display.observe($0)
      }
    }
    display.clear()
    if json { return try Output.print(.array(scores.map(\.json))) }
    for score in scores {
      let numbers = (score.loss.map { [("loss", $0)] } ?? []) + score.scores.map { ($0.name, $0.value) }
      let text = numbers.map { "\($0.0) \(decimals($0.1, 4))" }.joined(separator: ", ")
      let counts = [count(score.examples, "example")] + (score.questions.map { [count($0, "question")] } ?? [])
      try Output.print(
        "\(score.split.rawValue) (\(counts.joined(separator: ", "))): \(text.isEmpty ? "no labels" : text)")
    }
  }

  /// The recipe that was named, or one that has the task and the model and nothing else.
  private func readRecipe(_ registry: Registry, _ checkpoints: @escaping CheckpointFinder) throws -> Recipe {
    guard let task else {
      guard let file = arguments.first(where: { !isOverride($0) }) else {
        throw Failure("error: name a recipe, or a task with --task", .usage)
      }
      return try Recipe(file: file, overrides: arguments.filter { $0 != file }, registry)
    }
    if let stray = arguments.first(where: { !isOverride($0) }) {
      throw Failure("error: '\(stray)' is neither a change (key.path=value) nor needed beside --task", .usage)
    }
    let path = RecipeNode(stringLiteral: model ?? "")
    var named: RecipeNode = ["type": RecipeNode(stringLiteral: task)]
    if let labels = try labels(of: task, registry, checkpoints) { named = named.setting("labels", to: labels) }
    let tree: RecipeNode = [
      "task": named, "model": ["type": "auto", "checkpoint": path], "method": "finetune",
    ]
    return try Recipe(tree.yaml, name: "command line", overrides: arguments, registry)
  }

  /// The classes' names, for a task that must be told them: those that the model has, unless the command line says.
  private func labels(
    of task: String, _ registry: Registry, _ checkpoints: @escaping CheckpointFinder
  ) throws -> RecipeNode? {
    guard let model, registry.options(ofKind: "task", named: task)?.contains(where: { $0.name == "labels" }) == true,
      !arguments.contains(where: { $0.hasPrefix("task.labels=") || $0.hasPrefix("task.train=") })
    else { return nil }
    let labels = try SavedModel.labels(of: model, adapter: adapter, checkpoints: checkpoints)
    return labels.count < 2 ? nil : RecipeNode(.list(labels.map { RecipeNode(stringLiteral: $0) }))
  }
}
