import RefluxCore

/// What a recipe says once its short forms are expanded.
struct RecipeHeader: ComponentOptions {
  @Option("Where all randomness comes from.", in: 0...) var seed = 42
  @Option("What is learned.", aliases: ["task_name"]) var task: Blueprint<any Task>
  @Option(
    """
    Tokens a row keeps, special ones included; the longer text of a pair is cut first. Default: 128; for tasks of text \
    what the model reads, up to 2048.
    """, in: 5...1_000_000, aliases: ["max_seq_length"])
  var maxLength: Int? = nil
  @Option(
    "Rows of an evaluation batch.", in: 1...100_000, aliases: ["eval_batch_size", "per_device_eval_batch_size"])
  var evaluationBatchSize = 64
  @Option("The networks by role: `student`, and `teacher` if there is one; `model` is short for the student.")
  var models: Roles
  @Option("How the models learn, spelled out; usually `method` and `train` stand for it.")
  var strategy: Blueprint<any Strategy>? = nil
  @Option("The run directory: weights, scores, logs, checkpoints.", aliases: ["output_dir"]) var output: String? = nil
}

/// The value of `models`: networks by role.
struct Roles: OptionValue {
  static var typeName: String { "models by role" }
  static var componentKind: String? { "model" }
  let byRole: [(role: String, model: Blueprint<any Model>)]

  init(_ node: RecipeNode, _ scope: OptionScope) throws {
    guard let entries = node.entries else {
      throw node.mismatch("models by role", hint: "write `model: …` for the student alone")
    }
    var (models, problems): ([(String, Blueprint<any Model>)], [Problem]) = ([], [])
    for entry in entries {
      do {
        models.append((entry.key, try Blueprint(entry.value, scope.inside(entry.key))))
      } catch let error as RecipeError {
        problems += error.inside(entry.key).problems
      }
    }
    guard problems.isEmpty else { throw RecipeError(problems) }
    guard !models.isEmpty else { throw RecipeError("there is no model; most methods need a 'student'", at: node.mark) }
    byRole = models
  }

  var recipe: RecipeNode? {
    RecipeNode(.map(byRole.compactMap { role, model in model.recipe.map { .init(role, $0) } }))
  }
}
