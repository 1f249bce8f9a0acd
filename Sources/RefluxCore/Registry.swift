/// A bundle of components. The only public type of a plugin target.
public protocol Plugin: SendableMetatype {
  static var name: String { get }
  static func register(in registry: inout Registry)
}

/// Every component the program knows, by kind and name.
///
/// A plain value: `main` fills one from the list of plugins and from then on it
/// never changes, so it is `Sendable` without locks, and every test can have its own.
public struct Registry: ComponentLookup {
  struct Entry: Sendable {
    let plugin: String
    let summary: String
    let options: [OptionHelp]
    let read: @Sendable (RecipeNode?, Registry) throws -> any Sendable  // a Blueprint<Product>
  }
  private var shelves: [String: [String: Entry]] = [:]
  private var plugin = ""
  public private(set) var clashes: [String] = []

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
    let kind = Self.kindName(of: product)
    if let old = shelves[kind]?[C.name] {
      clashes.append("plugins '\(old.plugin)' and '\(plugin)' both register the \(kind) '\(C.name)'")
    }
    shelves[kind, default: [:]][C.name] = Entry(
      plugin: plugin, summary: C.summary, options: OptionsReader.help(for: C.Options.self)
    ) { node, registry in
      let options = try OptionsReader.read(
        C.Options.self, from: node, owner: "\(kind) '\(C.name)'", ignoring: ["type"], OptionScope(registry))
      return Blueprint<Product>(C.name) { context in upcast(try C(options, &context)) }
    }
  }

  func blueprint<Product>(for product: Product.Type, from node: RecipeNode) throws -> Blueprint<Product> {
    let kind = Self.kindName(of: product)
    let shelf = shelves[kind] ?? [:]
    let type = node["type"] ?? node
    guard case .scalar(let name) = type.content else { throw RecipeError("this \(kind) needs a 'type'", at: node.mark) }
    guard let entry = shelf[name] else {
      let hint = closest(to: name, among: shelf.keys).map { "did you mean '\($0)'?" }
      throw RecipeError(
        "no \(kind) is called '\(name)'; there are: \(shelf.keys.sorted().joined(separator: ", "))", at: type.mark,
        hint: hint)
    }
    return try entry.read(node.entries == nil ? nil : node, self) as! Blueprint<Product>
  }

  /// `(any DistillationLoss)` → `distillation loss`
  static func kindName(of product: Any.Type) -> String {
    let type = "\(product)".replacing("any ", with: "").filter { $0 != "(" && $0 != ")" }
    return type.reduce(into: "") { $0 += $1.isUppercase && !$0.isEmpty ? " " + $1.lowercased() : $1.lowercased() }
  }
}

// One line per kind. A plugin that invents a new kind adds its own.
extension Registry {
  public mutating func add<C: Model>(model type: C.Type) { add(type, as: (any Model).self) { $0 } }
  public mutating func add<C: Sampler>(sampler type: C.Type) { add(type, as: (any Sampler).self) { $0 } }
  public mutating func add<C: DistillationLoss>(loss type: C.Type) { add(type, as: (any DistillationLoss).self) { $0 } }
  public mutating func add<C: DynamicScheduler>(scheduler type: C.Type) {
    add(type, as: (any DynamicScheduler).self) { $0 }
  }
  public mutating func add<C: OutputAligner>(aligner type: C.Type) { add(type, as: (any OutputAligner).self) { $0 } }
  public mutating func add<C: Objective>(objective type: C.Type) { add(type, as: (any Objective).self) { $0 } }
  public mutating func add<C: Strategy>(strategy type: C.Type) { add(type, as: (any Strategy).self) { $0 } }
  public mutating func add<C: Task>(task type: C.Type) { add(type, as: (any Task).self) { $0 } }
  public mutating func add<C: Metric>(metric type: C.Type) { add(type, as: (any Metric).self) { $0 } }
  public mutating func add<C: Optimizer>(optimizer type: C.Type) { add(type, as: (any Optimizer).self) { $0 } }
  public mutating func add<C: LearningRateSchedule>(schedule type: C.Type) {
    add(type, as: (any LearningRateSchedule).self) { $0 }
  }
  public mutating func add<C: Observer & Component>(observer type: C.Type) { add(type, as: (any Observer).self) { $0 } }
}
