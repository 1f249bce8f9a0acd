/// Walks a module: shows each parameter to `edit` under its full name, and lists what it left behind.
public struct ParameterVisitor {
  private var prefix: String
  private let edit: (String, inout Tensor) -> Void
  private var collects: Bool
  /// The parameters as they were left, in visiting order.
  public private(set) var parameters = Parameters()
  /// Second names, with the first names they stand for; see ``share(_:with:)``.
  public private(set) var sharedNames: [String: String] = [:]

  /// A visitor that edits; names get `prefix` in front.
  public init(prefix: String = "", _ edit: @escaping (String, inout Tensor) -> Void) {
    (self.prefix, self.edit, collects) = (prefix, edit, false)
  }

  /// A visitor that lists.
  public init(prefix: String = "") { (self.prefix, edit, collects) = (prefix, { _, _ in }, true) }

  public mutating func visit(_ name: String, _ parameter: inout Tensor) {
    edit(prefix + name, &parameter)
    // Editing visitors hold no second reference, so that what they edit can be written in place.
    if collects { parameters[prefix + name] = parameter }
  }

  public mutating func visit(_ name: String, _ module: inout some Module) {
    let outer = prefix
    prefix += name + "."
    module.visit(&self)
    prefix = outer
  }

  public mutating func visit(_ name: String, _ modules: inout [some Module]) {
    for index in modules.indices { visit("\(name).\(index)", &modules[index]) }
  }

  /// Says that a checkpoint may hold a visited parameter under a second name too (tied embeddings).
  ///
  /// The parameter itself is visited once, under its first name: it is counted, differentiated and optimized once.
  public mutating func share(_ name: String, with first: String) { sharedNames[prefix + name] = prefix + first }
}
