import RefluxCore
import RefluxIO

/// What a recipe names, built: weights are loaded, nothing is trained.
public struct BuiltRecipe {
  public let task: any Task
  public let modules: ModuleSet
  public let strategy: any Strategy
}

extension Recipe {
  /// Builds the task, the models and the strategy; `checkpoints` finds those that are not paths.
  ///
  /// Before any model is loaded, the files must be there that the run reads.
  ///
  /// - Throws: `RecipeError` and the errors of file formats, for what only shows when files are opened.
  public func build(on backend: any Backend, checkpoints: CheckpointFinder? = nil) throws -> BuiltRecipe {
    var context = BuildContext(seed: seed, backend: backend, checkpoints: checkpoints)
    do {
      let task = try task.build(&context)
      context.task = task
      let strategy = try strategy.build(&context)
      for split in [.train] + task.evaluationSplits + strategy.splits { try locate(split, of: task) }
      var modules = ModuleSet()
      for (role, model) in models { modules[role] = try model.build(&context) }
      return BuiltRecipe(task: task, modules: modules, strategy: strategy)
    } catch let error as RecipeError { throw RecipeError(error.problems.map(expansion.asWritten)) }
  }

  /// Looks for the file of a split; what is missing is said where the recipe names it.
  private func locate(_ split: Split, of task: any Task) throws {
    let written = expansion.recipe["task"]
    do { try task.locate(split) } catch let error as FileError {
      let key = [split.rawValue, "data"].first { written?[$0] != nil }
      let problem = Problem("\(error)", at: (key.flatMap { written?[$0] } ?? written)?.mark)
      throw RecipeError([key.map(problem.inside) ?? problem]).inside("task")
    } catch let error as RecipeError {
      throw RecipeError(error.problems.map { $0.located(at: (written?["type"] ?? written)?.mark) })
    }
  }
}
