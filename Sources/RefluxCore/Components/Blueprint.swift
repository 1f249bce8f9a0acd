/// A component that a recipe has named and whose options are already checked, but which is not built yet.
///
/// `reflux check` stops here: no weights are loaded.
public struct Blueprint<Product>: OptionValue, ExpressibleByStringLiteral, CustomStringConvertible {
  enum State: Sendable { case named(String), ready(@Sendable (inout BuildContext) throws -> Product) }
  let state: State
  /// The component's name.
  public let name: String
  /// How a recipe would write it, with every option.
  public let recipe: RecipeNode?
  /// The component itself; `nil` as long as there is only a name.
  public let component: (any Component.Type)?

  public init(stringLiteral name: String) {
    (state, self.name, recipe, component) = (.named(name), name, RecipeNode(stringLiteral: name), nil)
  }
  init(
    _ component: any Component.Type, options: [RecipeNode.Entry],
    _ make: @escaping @Sendable (inout BuildContext) throws -> Product
  ) {
    (state, name, self.component) = (.ready(make), component.name, component)
    let type = RecipeNode(stringLiteral: name)
    recipe = options.isEmpty ? type : RecipeNode(.map([.init("type", type)] + options))
  }

  public var description: String { name }
  /// The predictions that the component is of use for, if it says so.
  var suits: Set<PredictionForm>? { (component as? any PredictionSpecific.Type)?.suits }
  public static var typeName: String { Registry.kindName(of: Product.self) }
  public static var componentKind: String? { typeName }

  /// From a recipe: `kl`, or `{ type: kl, temperature: 2 }`.
  public init(_ node: RecipeNode, _ scope: OptionScope) throws {
    self = try scope.registry.blueprint(for: Product.self, from: node, scope)
  }

  /// A default such as `= "kl"` is only a name until the registry has seen it.
  public func resolved(_ scope: OptionScope) throws -> Self {
    guard case .named(let name) = state else { return self }
    return try Blueprint(RecipeNode(stringLiteral: name), scope)
  }

  /// Options without a `type` are those of the default: `optimizer: { learning_rate: 2e-5 }`.
  public static func completed(_ node: RecipeNode, from standard: Self?) -> RecipeNode {
    guard let standard, node.entries != nil, node["type"] == nil else { return node }
    return RecipeNode(.map([.init("type", RecipeNode(stringLiteral: standard.name))] + (node.entries ?? [])), node.mark)
  }

  /// Makes the component.
  public func build(_ context: inout BuildContext) throws -> Product {
    guard case .ready(let make) = state else { preconditionFailure("'\(name)' was never looked up") }
    return try make(&context)
  }
}
