/// A recipe's method with what the recipe changes about it, as the strategy it stands for.
public struct ExpandedMethod: OptionValue, ExpressibleByStringLiteral {
  public let name: String
  /// Marked: what the method itself brought points at the line that named it.
  public let strategy: RecipeNode
  public let recipe: RecipeNode?

  public init(stringLiteral name: String) {
    (self.name, strategy, recipe) = (name, [:], RecipeNode(stringLiteral: name))
  }

  public static var typeName: String { "method" }
  public static var componentKind: String? { "method" }

  public init(_ node: RecipeNode, _ scope: OptionScope) throws {
    let expanded = try Self.expand(node, scope)
    guard expanded.problems.isEmpty else { throw RecipeError(expanded.problems) }
    (self.name, strategy, recipe) = (expanded.name, expanded.strategy, node)
  }

  /// The strategy with the changes that could be made, and what is wrong with the others.
  ///
  /// - Throws: `RecipeError` if there is no such method, or its own options are wrong.
  public static func expand(
    _ node: RecipeNode, _ scope: OptionScope
  ) throws -> (name: String, strategy: RecipeNode, problems: [Problem]) {
    let registry = scope.registry
    let (entry, name) = try registry.entry(ofKind: "method", namedBy: node)
    let own = Set(entry.help.options.flatMap(\.keys) + ["type"])
    let kept = node.entries?.filter { own.contains($0.key) }
    let blueprint = try entry.read(kept.map { RecipeNode(.map($0), node.mark) }, scope)
    guard let method = blueprint as? Blueprint<any Method> else { preconditionFailure("'\(name)' is no method") }
    var context = BuildContext()
    var expansion = try method.build(&context).strategy.marked((node["type"] ?? node).mark)

    var places = registry.places(in: expansion)
    var problems: [Problem] = []
    var given: [[String]: RecipeNode.Entry] = [:]
    var changes = (node.entries ?? []).filter { !own.contains($0.key) }
    // Components before options: which component is meant decides what options there are, wherever those stand.
    while let (index, place) = Self.outermostComponent(among: changes, places) {
      let change = changes.remove(at: index)
      apply(change, at: place)
      if place.names(change.value, in: registry) { places = registry.places(in: expansion) }
    }
    for change in changes {
      if let place = places.first(where: { $0.keys.contains(change.key) }) {
        apply(change, at: place)
      } else {
        let known = Set(places.map(\.option.name)).union(entry.help.options.map(\.name)).sorted()
        problems.append(
          Problem(
            "method '\(name)' has no option '\(change.key)'; it takes: \(known.joined(separator: ", "))",
            at: change.mark, hint: suggestion(for: change.key, among: known)))
      }
    }
    return (name, expansion, problems)

    func apply(_ change: RecipeNode.Entry, at place: MethodPlace) {
      if change.key != place.option.name {
        scope.notes.add(Problem("'\(change.key)' is read as '\(place.option.name)'", at: change.mark))
      }
      if let old = earlier(place) {
        let wins = (old: old.mark?.source.isOverride == true, new: change.mark?.source.isOverride == true)
        if wins.old == wins.new {
          let alias = old.key == change.key ? "" : ", which is '\(old.key)',"
          let line = old.mark.map { "; also in line \($0.line + 1)" } ?? ""
          problems.append(Problem("'\(change.key)'\(alias) is given twice\(line)", at: change.mark))
        }
        guard wins.new, !wins.old else { return }
      }
      given[place.path] = change
      expansion = expansion.overlaid(with: change.value, at: place.path)
    }

    /// What was given for an option already, beside the others or inside its component.
    func earlier(_ place: MethodPlace) -> RecipeNode.Entry? {
      if let entry = given[place.path] { return entry }
      guard let component = given[Array(place.path.dropLast())] else { return nil }
      return component.value.entries?.first { place.keys.contains($0.key) }
    }
  }

  /// The first of the changes that names a component, one that no other such change lies around.
  private static func outermostComponent(
    among changes: [RecipeNode.Entry], _ places: [MethodPlace]
  ) -> (index: Int, place: MethodPlace)? {
    let components = changes.enumerated().compactMap { index, change in
      places.first { $0.keys.contains(change.key) && $0.option.kind != nil }.map { (index: index, place: $0) }
    }
    return components.min { $0.place.path.count < $1.place.path.count }
  }

  public func resolved(_ scope: OptionScope) throws -> Self {
    try ExpandedMethod(RecipeNode(stringLiteral: name), scope)
  }
}
