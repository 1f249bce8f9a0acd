/// An option that can be written directly under `method`, and where it really belongs.
public struct MethodPlace: Sendable {
  /// Its name, then its aliases.
  public let keys: [String]
  public let path: [String]
  public let option: OptionHelp

  /// Whether a value names a component that there is.
  func names(_ value: RecipeNode, in registry: Registry) -> Bool {
    guard let kind = option.kind, let name = value.typeName else { return false }
    return registry.options(ofKind: kind, named: name) != nil
  }
}

extension Registry {
  /// What can be written under a method: the options of its strategy, of the components in it, and of those in them.
  ///
  /// The outermost comes first and wins where two have one name.
  public func places(in strategy: RecipeNode) -> [MethodPlace] {
    var places: [MethodPlace] = []
    var queue: [(kind: String, node: RecipeNode, path: [String])] = [("strategy", strategy, [])]
    while !queue.isEmpty {
      let (kind, node, path) = queue.removeFirst()
      guard let name = node.typeName else { continue }
      for option in options(ofKind: kind, named: name) ?? [] {
        let inside = node[option.name]
        if option.nested.isEmpty {
          visit(option, inside, path)
        } else {
          // How long and how fast is `train`'s business; which examples meet each other is the method's.
          for inner in option.nested where inner.kind == Self.kindName(of: (any Sampler).self) {
            visit(inner, inside?[inner.name], path + [option.name])
          }
        }
      }
    }
    return places

    func visit(_ option: OptionHelp, _ node: RecipeNode?, _ path: [String]) {
      let keys = option.keys
      if !places.contains(where: { !Set($0.keys).isDisjoint(with: keys) }) {
        places.append(MethodPlace(keys: keys, path: path + [option.name], option: option))
      }
      guard let kind = option.kind, let name = node ?? option.defaultText.map({ RecipeNode(.scalar($0)) }) else {
        return
      }
      queue.append((kind, name, path + [option.name]))
    }
  }
}
