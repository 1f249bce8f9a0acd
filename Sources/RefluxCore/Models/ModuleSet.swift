/// The networks of a run by name, such as `student`, `teacher` and `student.projection`.
public struct ModuleSet {
  private var modules: [String: any Module] = [:]
  public init() {}

  public subscript(name: String) -> (any Module)? {
    get { modules[name] }
    set { modules[name] = newValue }
  }

  /// Sorted.
  public var names: [String] { modules.keys.sorted() }

  /// The model of that name.
  ///
  /// - Throws: `RecipeError` if there is none.
  public func model(_ name: String) throws -> any Model {
    guard let model = modules[name] as? any Model else { throw missing(name) }
    return model
  }

  private func missing(_ name: String) -> RecipeError {
    let present = modules.keys.sorted().joined(separator: ", ")
    return RecipeError("this strategy needs a model called '\(name)'; the run has: \(present)")
  }

  /// Differentiates a scalar with respect to some of the modules.
  ///
  /// They are tracked inside `body`; all others are constants.
  public func valueAndGradient<Extra>(
    of names: [String], _ body: (ModuleSet) throws -> (Tensor, Extra)
  ) throws -> (extra: Extra, gradients: [String: Parameters]) {
    let boxed = Boxed(
      modules: try names.map { name in
        guard let module = modules[name] else { throw missing(name) }
        return module
      })
    var extra: Extra?
    let (_, gradient) = try RefluxTensor.valueAndGradient(of: boxed) { tracked in
      var set = self
      for (name, module) in zip(names, tracked.modules) { set.modules[name] = module }
      let (loss, rest) = try body(set)
      extra = rest
      return loss
    }
    let gradients = names.enumerated().map { ($1, gradient.removingPrefix("\($0).")) }
    guard let extra else { preconditionFailure("the loss was never asked for") }
    return (extra, Dictionary(uniqueKeysWithValues: gradients))
  }
}

/// Differentiates a scalar with respect to one model of any type.
public func valueAndGradient(
  of model: any Model, createGraph: Bool = false, _ body: (any Model) throws -> Tensor
) rethrows -> (value: Tensor, gradient: Parameters) {
  try model.openedValueAndGradient(createGraph: createGraph, body)
}
extension Model {
  fileprivate func openedValueAndGradient(
    createGraph: Bool, _ body: (any Model) throws -> Tensor
  ) rethrows -> (value: Tensor, gradient: Parameters) {
    try RefluxTensor.valueAndGradient(of: self, createGraph: createGraph) { try body($0) }
  }
}

/// Several modules of any types as one module.
///
/// They go by their number: of two names, such as `student` and `student.projection`, one may begin with the other.
private struct Boxed: Module {
  var modules: [any Module]
  mutating func visit(_ visitor: inout ParameterVisitor) {
    for index in modules.indices { modules[index].visit(as: String(index), &visitor) }
  }
}
extension Module {
  fileprivate mutating func visit(as name: String, _ visitor: inout ParameterVisitor) { visitor.visit(name, &self) }
}
