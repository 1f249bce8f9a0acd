import RefluxCore

/// Builds a component as a recipe would name it: `component("{ type: kl, form: soft-ce }", from: [LossesPlugin.self])`.
public func component<Product>(
  _ recipe: String, as _: Product.Type = Product.self, from plugins: [any Plugin.Type], task: (any Task)? = nil,
  directory: String = "."
) throws -> Product {
  var context = BuildContext(seed: 1, task: task, directory: directory)
  let node = try RecipeNode.parse(recipe, name: "recipe")
  return try Blueprint<Product>(node, OptionScope(try Registry(plugins))).build(&context)
}

/// The text of the error that `body` throws; `nil` when it throws none.
public func thrownMessage(_ body: () throws -> some Any) -> String? {
  do {
    _ = try body()
    return nil
  } catch let error as RecipeError {
    return error.problems.map(\.message).joined(separator: "\n")
  } catch { return "\(error)" }
}
