/// Reads the options that a component declares from a recipe.
public enum OptionsReader {
  /// Help for each option, in order.
  public static func help<O: ComponentOptions>(for type: O.Type) -> [OptionHelp] {
    declared(by: type).map { $0.option.help($0.key) }
  }

  /// Every option of a component as a recipe would write it, defaults included.
  public static func entries<O: ComponentOptions>(of options: O) -> [RecipeNode.Entry] {
    wrappers(of: options).compactMap { declared in
      declared.option.recipe.map { RecipeNode.Entry(declared.key, $0) }
    }
  }

  /// Decodes a component's options, or throws every problem found.
  ///
  /// No node asks for the defaults. The owner is what errors call the component, such as `loss 'kl'`; reserved keys
  /// are read by somebody else.
  public static func read<O: ComponentOptions>(
    _ type: O.Type, from node: RecipeNode?, owner: String, ignoring reserved: Set<String> = [], _ scope: OptionScope
  ) throws -> O {
    if let node, node.entries == nil, !node.isNull { throw node.mismatch("a mapping of options") }
    let declared = declared(by: type)
    var sorting = OptionSorting(declared.map { $0.option.help($0.key) }, others: reserved, owner: owner, scope)
    for entry in node?.entries ?? [] where !reserved.contains(entry.key) { sorting.add(entry) }
    sorting.finish()

    var values: [String: DecidedValue] = [:]
    var problems = sorting.problems
    for (property, key, option) in declared {
      do {
        if let source = sorting.found[key]?.value {
          values[property] = DecidedValue(value: try option.read(source, scope.inside(key)), source: source)
        } else if let fallback = try option.fallback(scope) {
          values[property] = DecidedValue(value: fallback, source: nil)
        } else {
          problems.append(Problem("\(owner) needs '\(key)': \(option.help(key).help)", at: node?.mark))
        }
      } catch let error as RecipeError {
        problems += error.inside(key).problems.map { $0.located(at: node?.mark) }
      }
    }
    guard problems.isEmpty else { throw RecipeError(problems.inOrder) }

    let options = try O(from: DecidedOptions(values: values))
    do {
      for part in parts(of: options) { try part.validate() }
      try options.validate()
    } catch let error as RecipeError {
      throw RecipeError(
        error.problems.map { problem in
          // What names an option itself needs no owner.
          guard problem.path.isEmpty else { return problem.located(at: node?.mark) }
          let blamed = problem.blaming(sorting.found.mapValues(\.value))
          return blamed.saying("\(owner): \(problem.message)").located(at: node?.mark)
        })
    }
    return options
  }

  private typealias Declared = (property: String, key: String, option: any AnyOption)

  /// The options a component declares, in order.
  private static func declared<O: ComponentOptions>(by type: O.Type) -> [Declared] { wrappers(of: O()) }

  private static func wrappers(of options: some ComponentOptions) -> [Declared] {
    Mirror(reflecting: options).children.flatMap { label, value -> [Declared] in
      if let part = value as? any ComponentOptions { return wrappers(of: part) }
      guard let label, let option = value as? any AnyOption else { return [] }
      let property = String(label.dropFirst())  // "_temperature" → "temperature"
      return [(property, snakeCase(property), option)]
    }
  }

  /// Options that several components share, and that this one has beside its own.
  private static func parts(of options: some ComponentOptions) -> [any ComponentOptions] {
    Mirror(reflecting: options).children.compactMap { $0.value as? any ComponentOptions }
  }
}

/// Writes a property as recipes do: `learningRate` is `learning_rate`.
func snakeCase(_ name: String) -> String {
  name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
}

/// An `Option` of any type.
protocol AnyOption {
  func help(_ name: String) -> OptionHelp
  func read(_ node: RecipeNode, _ scope: OptionScope) throws -> any Sendable
  func fallback(_ scope: OptionScope) throws -> (any Sendable)?
  var recipe: RecipeNode? { get }
}

extension Option: AnyOption {
  private var declaration: Declaration {
    guard case .undecided(let declaration) = state else { preconditionFailure("a decoded option is declared no more") }
    return declaration
  }

  func fallback(_ scope: OptionScope) throws -> (any Sendable)? { try declaration.standard?.resolved(scope) }

  func help(_ name: String) -> OptionHelp {
    let declaration = declaration
    return OptionHelp(
      name: name, type: Value.typeName, help: declaration.help, bounds: declaration.bounds,
      defaultText: Value.nestedOptions.isEmpty ? declaration.standard?.recipe?.flowText : nil,
      isOptional: declaration.standard != nil, aliases: declaration.aliases, isInline: declaration.isInline,
      kind: Value.componentKind, nested: Value.nestedOptions)
  }

  func read(_ node: RecipeNode, _ scope: OptionScope) throws -> any Sendable {
    let value = try Value(Value.completed(node, from: declaration.standard), scope)
    if let complaint = declaration.complaint(value) {
      throw RecipeError("\(complaint), but is \(node.kind)", at: node.mark)
    }
    return value
  }

  var recipe: RecipeNode? {
    guard case .decided(let value, let source) = state else { return nil }
    return value.recipe ?? source
  }
}
