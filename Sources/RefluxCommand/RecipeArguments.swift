import ArgumentParser
import RefluxCore
import RefluxTrain

/// A recipe and what the command line changes about it.
struct RecipeArguments: ParsableArguments {
  @Argument(help: "The recipe, a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
  var recipe: String

  @Argument(help: "Changes to it: key.path=value sets an option, ~key.path removes one.")
  var overrides: [String] = []

  /// Reads and checks the recipe; remarks on it go to standard error.
  func read(_ registry: Registry, adding more: [String] = []) throws -> Recipe {
    let recipe = try Recipe(file: recipe, overrides: overrides + more, registry)
    for note in recipe.notes { try Output.remark(note.described(as: "note")) }
    return recipe
  }
}

/// In commands `@Option` is the command line's; a recipe's options are declared by components.
typealias Option = ArgumentParser.Option
typealias OptionGroup = ArgumentParser.OptionGroup
