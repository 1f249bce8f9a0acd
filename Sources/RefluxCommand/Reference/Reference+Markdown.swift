import RefluxCore
import RefluxTrain

extension Reference {
  /// The files of `docs/reference`: one per kind of component, one for recipes, and an index.
  func pages() throws -> [(file: String, text: String)] {
    var pages: [(String, String)] = [("recipe.md", page("The keys of a recipe", [table(RecipeGrammar.help)]))]
    for kind in registry.kinds {
      let sections = try registry.components(ofKind: kind).map(section)
      pages.append(("\(kind).md", page("`\(kind)`", sections)))
    }
    let index = (["recipe"] + registry.kinds).map { kind in
      let names = registry.components(ofKind: kind).map { "`\($0.name)`" }.joined(separator: ", ")
      return "- [\(kind)](\(kind).md)" + (names.isEmpty ? "" : ": \(names)")
    }
    return pages + [("README.md", page("Reference", [index.joined(separator: "\n")]))]
  }

  private func page(_ title: String, _ sections: [String]) -> String {
    (["# \(title)", "Written by `make docs` from the sources; do not edit."] + sections).joined(separator: "\n\n")
      + "\n"
  }

  private func section(_ component: ComponentHelp) throws -> String {
    var parts = ["## \(component.name)", component.summary]
    if !component.options.isEmpty { parts.append(table(component.options)) }
    for group in component.options where !group.nested.isEmpty {
      parts += ["### \(component.name): `\(group.name)`", table(group.nested)]
    }
    if component.kind == "method" {
      let strategy = try expansion(of: component).strategy
      parts.append("Stands for\n\n```yaml\nstrategy:\n\(strategy.yaml.indented)\n```")
      let rows = registry.places(in: strategy).map { place in
        row([
          "`\(place.option.name)`", place.path.dropLast().joined(separator: "."), place.option.description,
          place.option.help,
        ])
      }
      parts.append(
        "These may be written under `method` as well:\n\n"
          + ([row(["option", "of", "takes", "meaning"]), "| --- | --- | --- | --- |"] + rows).joined(separator: "\n"))
    }
    return parts.joined(separator: "\n\n")
  }

  private func table(_ options: [OptionHelp]) -> String {
    let rows = options.map { row(["`\($0.name)`", $0.description, $0.help]) }
    return ([row(["option", "takes", "meaning"]), "| --- | --- | --- |"] + rows).joined(separator: "\n")
  }

  private func row(_ cells: [String]) -> String {
    "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
  }
}
