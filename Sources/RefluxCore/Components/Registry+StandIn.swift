/// Stands for another component of its kind, and knows for which one only when it is built.
///
/// Beside its own options a recipe may give those of the component it turns out to be; that one gets all of them.
public protocol StandIn: Component {
  /// The component that is meant, one of `names`.
  func choice(among names: [String]) throws -> String
}

extension Registry {
  /// Adds a component that stands for others of a kind.
  public mutating func add<C: StandIn, Product>(_ type: C.Type, for product: Product.Type) {
    add(help(of: type, as: product)) { node, scope in
      let registry = scope.registry
      let others = registry.components(ofKind: Self.kindName(of: product)).filter { $0.name != C.name }
      let own = OptionsReader.help(for: C.Options.self).flatMap(\.keys)
      let passed = Set(others.flatMap(\.options).flatMap(\.keys)).subtracting(own)
      let options = try OptionsReader.read(
        C.Options.self, from: node, owner: Self.named(product, C.name),
        ignoring: passed.union(["type"]), scope)
      try registry.check(node, for: product, against: others, standIn: C.name)
      let given = node?.entries?.filter { passed.contains($0.key) } ?? []
      return Blueprint<Product>(C.self, options: OptionsReader.entries(of: options) + given) { context in
        let name = try C(options, &context).choice(among: others.map(\.name))
        let chosen = (node ?? RecipeNode(.map([]))).setting("type", to: RecipeNode(.scalar(name), node?["type"]?.mark))
        return try registry.blueprint(for: product, from: chosen, scope).build(&context)
      }
    }
  }

  /// Throws if no component would take these options: what the one says that finds the least fault with them.
  private func check<Product>(
    _ node: RecipeNode?, for product: Product.Type, against others: [ComponentHelp], standIn: String
  ) throws {
    guard let node, node.entries != nil else { return }
    var fewest: RecipeError?
    for other in others {
      do {
        let candidate = node.setting("type", to: RecipeNode(stringLiteral: other.name))
        _ = try blueprint(for: product, from: candidate, OptionScope(self))
        return
      } catch let error as RecipeError {
        // What was meant is the stand-in: the other is only the one that was tried.
        let problems = error.problems.map { problem in
          problem.renaming(Self.named(product, other.name), to: Self.named(product, standIn))
        }
        if problems.count < fewest?.problems.count ?? .max { fewest = RecipeError(problems) }
      }
    }
    if let fewest { throw fewest }
  }
}

extension Problem {
  /// The same problem of another component.
  fileprivate func renaming(_ owner: String, to other: String) -> Problem {
    guard message.hasPrefix(owner + ":") else { return self }
    var copy = Problem(other + message.dropFirst(owner.count), at: mark, hint: hint)
    copy.path = path
    return copy
  }
}
