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

  public func parameter(_ name: String, _ shape: Shape, _ fresh: Initialization) throws -> Tensor {
    try source.parameter(prefix + name, shape, fresh)
  }
}

/// Every parameter fresh; each depends on the seed and its own name only.
public struct FreshParameters: ParameterSource {
  private let seed: UInt64
  private let backend: any Backend
  public init(seed: UInt64, on backend: any Backend) { (self.seed, self.backend) = (seed, backend) }

  public func parameter(_ name: String, _ shape: Shape, _ fresh: Initialization) -> Tensor {
    Tensor(fresh.values(shape, seed: seed, name: name), shape, on: backend)
  }
}
