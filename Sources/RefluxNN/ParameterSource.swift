import RefluxTensor

/// Where a model gets its parameters, by checkpoint name: random numbers, or a checkpoint.
public protocol ParameterSource {
  /// The parameter `name`; `fresh` says how it begins if the source makes it up.
  func parameter(_ name: String, _ shape: Shape, _ fresh: Initialization) throws -> Tensor
}

/// A source as seen from one layer: names are relative to `prefix`.
public struct ParameterScope {
  private let source: any ParameterSource
  private let prefix: String
  public init(_ source: any ParameterSource, prefix: String = "") { (self.source, self.prefix) = (source, prefix) }

  /// The scope of a part: `scope["attention"]["self"]`.
  public subscript(name: String) -> ParameterScope { ParameterScope(source, prefix: prefix + name + ".") }

  /// The parameter `name` of this scope; `fresh` says how it begins if the source makes it up.
  public func parameter(_ name: String, _ shape: Shape, _ fresh: Initialization) throws -> Tensor {
    try source.parameter(prefix + name, shape, fresh)
  }
}
