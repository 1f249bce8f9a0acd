import RefluxCore

/// What a recipe names, built: weights are loaded, nothing is trained.
public struct BuiltRecipe {
  public let task: any Task
  public let modules: ModuleSet
  public let strategy: any Strategy
}

extension Recipe {
  /// Builds the task, the models and the strategy; `checkpoints` finds those that are not paths.
  ///
  /// Before any model is loaded, the files must be there that every run of the task needs.
  ///
  /// - Throws: `RecipeError` and the errors of file formats, for what only shows when files are opened.
  public func build(on backend: any Backend, checkpoints: CheckpointFinder? = nil) throws -> BuiltRecipe {
    var context = BuildContext(seed: seed, backend: backend, checkpoints: checkpoints)
    do {
      let task = try task.build(&context)
      for split in [.train] + task.evaluationSplits { try task.locate(split) }
      context.task = task
      var modules = ModuleSet()
      for (role, model) in models { modules[role] = try model.build(&context) }
      return BuiltRecipe(task: task, modules: modules, strategy: try strategy.build(&context))
    } catch let error as RecipeError { throw RecipeError(error.problems.map(expansion.asWritten)) }
  }
}
