import RefluxCore

/// The gradients of a turn, added up over its batches and passes.
struct GradientSums {
  private var sums: [String: Parameters] = [:]

  mutating func add(_ part: [String: Parameters]) {
    for (name, gradient) in part { sums[name, default: Parameters()] += gradient }
  }

  /// Empty when the loss does not depend on the module.
  subscript(name: String) -> Parameters { sums[name] ?? Parameters() }
}
