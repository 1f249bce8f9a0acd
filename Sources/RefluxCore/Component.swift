/// Something a recipe can name: a model, a loss, a sampler, a strategy, …
///
/// ```yaml
/// loss: { type: kl, temperature: 2 }     # `type` is `name`, the rest is `Options`
/// ```
public protocol Component: SendableMetatype {
  associatedtype Options: ComponentOptions = NoOptions
  /// What recipes call it: lowercase words joined by hyphens.
  static var name: String { get }
  /// One sentence for `reflux list`.
  static var summary: String { get }
  init(_ options: Options, _ context: inout BuildContext) throws
}

/// What a component may use while it is being built, beyond its own options.
public struct BuildContext {
  public var seed: UInt64
  public var task: (any Task)?
  /// Where weights are put.
  public var backend: any Backend
  /// Relative paths in a recipe start here.
  public var directory: String
  public init(
    seed: UInt64 = 0, task: (any Task)? = nil, backend: any Backend = ReferenceBackend.shared, directory: String = "."
  ) {
    (self.seed, self.task, self.backend, self.directory) = (seed, task, backend, directory)
  }
}

/// A component that a recipe has named and whose options are already checked,
/// but which is not built yet. `reflux check` stops here: no weights are loaded.
public struct Blueprint<Product>: OptionValue, ExpressibleByStringLiteral, CustomStringConvertible {
  enum State: Sendable { case named(String), ready(@Sendable (inout BuildContext) throws -> Product) }
  let state: State
  public let description: String

  public init(stringLiteral name: String) { (state, description) = (.named(name), name) }
  init(_ name: String, _ make: @escaping @Sendable (inout BuildContext) throws -> Product) {
    (state, description) = (.ready(make), name)
  }

  public static var typeName: String { Registry.kindName(of: Product.self) }

  /// From a recipe: `kl`, or `{ type: kl, temperature: 2 }`.
  public init(_ node: RecipeNode, _ scope: OptionScope) throws {
    guard let registry = scope.components as? Registry else { fatalError("components are looked up in a Registry") }
    self = try registry.blueprint(for: Product.self, from: node)
  }

  /// A default such as `= "kl"` is only a name until the registry has seen it.
  public func resolved(_ scope: OptionScope) throws -> Self {
    guard case .named(let name) = state else { return self }
    return try Blueprint(RecipeNode(.scalar(name), nil), scope)
  }

  public func build(_ context: inout BuildContext) throws -> Product {
    guard case .ready(let make) = state else { preconditionFailure("'\(description)' was never looked up") }
    return try make(&context)
  }
}
