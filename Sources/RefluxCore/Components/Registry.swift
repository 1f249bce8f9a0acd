/// Every component the program knows, by kind and name.
///
/// A plain value: `main` fills one from the list of plugins and from then on it never changes, so it is `Sendable` without
/// locks, and every test can have its own.
public struct Registry: ComponentLookup {
  struct Entry: Sendable {
    let help: ComponentHelp
    let read: @Sendable (RecipeNode?, OptionScope) throws -> any Sendable  // a Blueprint<Product>
  }
  private(set) var shelves: [String: [String: Entry]] = [:]
  /// The models that objectives need besides the student.
  var roles: [String: [String]] = [:]
  /// Samplers that can repeat examples, and objectives that need it.
  var repeating: Set<String> = []
  var needingRepeats: Set<String> = []
  /// Kinds of self-training data that need a task which knows the right answers.
  var checkingAnswers: Set<String> = []
  /// The plugin whose components are being added.
  private var plugin = ""
  private var clashes: [String] = []

  /// - Throws: `RecipeError` if two plugins use one name for two components.
  public init(_ plugins: [any Plugin.Type]) throws {
    for plugin in plugins {
      self.plugin = plugin.name
      plugin.register(in: &self)
    }
    guard clashes.isEmpty else { throw RecipeError(clashes.map { Problem($0) }) }
  }

  /// Use the labelled `add(loss:)`, `add(model:)`, … below; they know the product.
  public mutating func add<C: Component, Product>(
    _ type: C.Type, as product: Product.Type, _ upcast: @escaping @Sendable (C) -> Product
  ) {
    add(type, as: product, sharing: NoOptions.self) { _, make, context in upcast(try make(&context)) }
  }

  /// `shared` are the options that every component of this kind has beside its own; `build` makes the product with them.
  mutating func add<C: Component, Shared: ComponentOptions, Product>(
    _ type: C.Type, as product: Product.Type, sharing shared: Shared.Type,
    _ build: @escaping @Sendable (Shared, (inout BuildContext) throws -> C, inout BuildContext) throws -> Product
  ) {
    let common = OptionsReader.help(for: shared)
    let commonKeys = Set(common.flatMap(\.keys))
    add(help(of: type, as: product, sharing: common)) { node, scope in
      let owner = Self.named(product, C.name)
      let extra = Result {
        let node = node.map { RecipeNode(.map(($0.entries ?? []).filter { commonKeys.contains($0.key) }), $0.mark) }
        return try OptionsReader.read(shared, from: node, owner: owner, scope)
      }
      let own = Result {
        try OptionsReader.read(C.Options.self, from: node, owner: owner, ignoring: commonKeys.union(["type"]), scope)
      }
      let problems = own.recipeProblems + extra.recipeProblems
      guard problems.isEmpty else { throw RecipeError(problems) }
      let (options, more) = (try own.get(), try extra.get())
      let entries = OptionsReader.entries(of: options) + OptionsReader.entries(of: more)
      let given = Self.given(node, OptionsReader.help(for: C.Options.self) + common)
      let path = scope.path
      return Blueprint<Product>(C.self, options: entries) { context in
        do { return try build(more, { try C(options, &$0) }, &context) } catch let error as RecipeError {
          throw RecipeError(
            error.problems.map { problem in
              var blamed = problem.blaming(given)
              if problem.path.isEmpty, !blamed.path.isEmpty { blamed.path = path + blamed.path }
              return blamed.located(at: (node?["type"] ?? node)?.mark)
            })
        }
      }
    }
  }

  /// The values that a recipe gives, by the options' own names.
  private static func given(_ node: RecipeNode?, _ options: [OptionHelp]) -> [String: RecipeNode] {
    (node?.entries ?? []).reduce(into: [:]) { given, entry in
      let option = options.first { $0.keys.contains(entry.key) }
      if let option { given[option.name] = entry.value }
    }
  }

  func help<C: Component, Product>(
    of _: C.Type, as product: Product.Type, sharing common: [OptionHelp] = []
  ) -> ComponentHelp {
    ComponentHelp(
      kind: Self.kindName(of: product), name: C.name, summary: C.summary, plugin: plugin,
      options: OptionsReader.help(for: C.Options.self) + common,
      suits: (C.self as? any PredictionSpecific.Type)?.suits)
  }

  mutating func add(
    _ help: ComponentHelp, _ read: @escaping @Sendable (RecipeNode?, OptionScope) throws -> any Sendable
  ) {
    if let old = shelves[help.kind]?[help.name] {
      clashes.append("plugins '\(old.help.plugin)' and '\(plugin)' both register the \(help.kind) '\(help.name)'")
    }
    shelves[help.kind, default: [:]][help.name] = Entry(help: help, read: read)
  }

  func blueprint<Product>(
    for product: Product.Type, from node: RecipeNode, _ scope: OptionScope
  ) throws -> Blueprint<Product> {
    let (entry, _) = try entry(ofKind: Self.kindName(of: product), namedBy: node)
    // A bare name is a component without options; it keeps its place for what may be wrong with it.
    let named = node.entries == nil ? RecipeNode(.map([.init("type", node)]), node.mark) : node
    guard let blueprint = try entry.read(named, scope) as? Blueprint<Product> else {
      preconditionFailure("the shelf of \(Self.kindName(of: product)) holds something else")
    }
    return blueprint
  }

  /// The component that `kl` or `{ type: kl, … }` names.
  func entry(ofKind kind: String, namedBy node: RecipeNode) throws -> (entry: Entry, name: String) {
    let shelf = shelves[kind] ?? [:]
    let type = node["type"] ?? node
    guard case .scalar(let name) = type.content, !type.isNull else {
      guard let entries = node.entries else { throw node.mismatch("the name of a \(kind)") }
      let mistyped = closest(to: "type", among: entries.map(\.key)).flatMap { key in entries.first { $0.key == key } }
      throw RecipeError(
        "this \(kind) needs a 'type', one of: \(shelf.keys.sorted().joined(separator: ", "))",
        at: mistyped?.mark ?? node.mark, hint: mistyped.map { _ in "did you mean 'type'?" })
    }
    guard let entry = shelf[name] else {
      throw RecipeError(
        "no \(kind) is called '\(name)'; there are: \(shelf.keys.sorted().joined(separator: ", "))", at: type.mark,
        hint: suggestion(for: name, among: shelf.keys))
    }
    return (entry, name)
  }
}

extension Result {
  /// What is wrong with a recipe, if that is what went wrong.
  fileprivate var recipeProblems: [Problem] {
    guard case .failure(let error) = self, let error = error as? RecipeError else { return [] }
    return error.problems
  }
}

extension OptionScope {
  /// Where components are looked up.
  public var registry: Registry {
    guard let registry = components as? Registry else {
      preconditionFailure("components are looked up in a Registry")
    }
    return registry
  }
}
