/// Walks a module: shows each parameter to `edit` under its full name, and lists what it left behind.
public struct ParameterVisitor {
  private var prefix: String
  private let edit: (String, inout Tensor) -> Void
  private var collects: Bool
  private var isWanted: (String) -> Bool = { _ in true }
  /// A ``ModuleEdit`` of some type.
  private var moduleEdit: Any?
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

  /// A visitor that edits whole modules of one type; see ``offer(_:)``.
  init<Part: Module>(editing _: Part.Type, _ edit: @escaping (String, inout Part) -> Void) {
    (prefix, self.edit, collects) = ("", { _, _ in }, false)
    moduleEdit = ModuleEdit(body: edit)
  }

  /// Visits a parameter of the module at hand.
  public mutating func visit(_ name: String, _ parameter: inout Tensor) {
    guard isWanted(prefix + name) else { return }
    edit(prefix + name, &parameter)
    // Editing visitors hold no second reference, so that what they edit can be written in place.
    if collects { parameters[prefix + name] = parameter }
  }

  /// Visits a module inside the module at hand; its parameters get `name` and a dot in front.
  public mutating func visit(_ name: String, _ module: inout some Module) {
    let outer = prefix
    prefix += name + "."
    module.visit(&self)
    prefix = outer
  }

  /// Visits a list of modules, which are called by their numbers: `layer.0`, `layer.1`, ….
  public mutating func visit(_ name: String, _ modules: inout [some Module]) {
    for index in modules.indices { visit("\(name).\(index)", &modules[index]) }
  }

  /// Visits only those parameters of a module that are wanted, asked for by the names that the module gives them.
  public mutating func visit(_ module: inout some Module, where isIncluded: @escaping (String) -> Bool) {
    let (outer, start) = (isWanted, prefix.utf8.count)
    isWanted = { outer($0) && isIncluded(String(Substring($0.utf8.dropFirst(start)))) }
    module.visit(&self)
    isWanted = outer
  }

  /// Shows a whole module to a visitor that edits modules of its type.
  ///
  /// A module that may be edited as a whole calls this with itself, first thing in its `visit`.
  public mutating func offer<Part: Module>(_ module: inout Part) {
    guard let edit = moduleEdit as? ModuleEdit<Part> else { return }
    edit.body(prefix.hasSuffix(".") ? String(prefix.dropLast()) : prefix, &module)
  }

  /// Says that a checkpoint may hold a visited parameter under a second name too (tied embeddings).
  ///
  /// The parameter itself is visited once, under its first name: it is counted, differentiated and optimized once.
  public mutating func share(_ name: String, with first: String) { sharedNames[prefix + name] = prefix + first }
}

/// What is done with each module of one type.
private struct ModuleEdit<Part: Module> { let body: (String, inout Part) -> Void }
