import RefluxTensor

extension ParameterVisitor {
  /// Visits a part that some models of a family lack.
  public mutating func visit(_ name: String, _ part: inout (some Module)?) {
    // Moved out and back, not copied: weights that nobody else holds can be written in place.
    guard var moved = part.take() else { return }
    visit(name, &moved)
    part = moved
  }
}
