import RefluxCore

/// A checked recipe: every name is known and every option is valid, but nothing is built.
public struct Recipe {
  /// Where all randomness comes from.
  public let seed: UInt64
  public let task: Blueprint<any Task>
  /// Tokens a row keeps; `nil`: as many as suit the task and the model.
  public let maxLength: Int?
  /// Rows of an evaluation batch.
  public let evaluationBatchSize: Int
  /// The networks by role (student, teacher), in the order of the recipe.
  public let models: [(role: String, model: Blueprint<any Model>)]
  public let strategy: Blueprint<any Strategy>
  /// The run directory, if the recipe names one.
  public let output: String?
  /// The method that the recipe names; `nil` if it spells its strategy out.
  public let method: String?
  /// The same recipe with nothing left to defaults: read again it gives the same run.
  public let resolved: RecipeNode
  /// Remarks for the person who wrote it.
  public let notes: [Problem]
  /// What `max_steps` leaves no room for; a run says the same of the steps that it turns out to have.
  public let idle: [Problem]
  /// How the keys were written.
  let expansion: RecipeGrammar.Expansion

  /// Reads and checks a recipe; the name is what errors call it, usually its file.
  ///
  /// Overrides are `key.path=value` or `~key.path`, as on the command line. Throws `RecipeError` with every problem,
  /// each with its place.
  public init(_ text: String, name: String, overrides: [String] = [], _ registry: Registry) throws {
    let scope = OptionScope(registry)
    let written = try RecipeNode.parse(text, name: name).overridden(by: overrides)
    let expanded = try RecipeGrammar.expand(written, scope)
    var problems = expanded.problems
    var header: RecipeHeader?
    do {
      header = try OptionsReader.read(
        RecipeHeader.self, from: expanded.recipe, owner: "a recipe", ignoring: RecipeGrammar.shortForms, scope)
    } catch let error as RecipeError { problems += error.problems.map(expanded.asWritten) }
    if let header {
      problems += header.missingModels(expanded, registry) + header.uselessSampler(expanded, registry)
      problems += header.unsuitedComponents(expanded, registry) + header.unknownAnswers(expanded, registry)
    }
    guard let header, let strategy = header.strategy, problems.isEmpty else { throw RecipeError(problems.inOrder) }

    seed = UInt64(header.seed)
    (task, maxLength, models) = (header.task, header.maxLength, header.models.byRole)
    evaluationBatchSize = header.evaluationBatchSize
    (self.strategy, output, method) = (strategy, header.output, expanded.method)
    resolved = RecipeNode(.map(OptionsReader.entries(of: header)))
    (notes, idle, expansion) = (scope.notes.all, header.idleSteps(expanded), expanded)
  }

  /// The resolved recipe as a file.
  public var resolvedText: String { resolved.yaml }
}
