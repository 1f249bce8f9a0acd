import RefluxCore

/// An activation and the name that transformers has for it; several names mean the same.
public struct NamedActivation: Sendable {
  public var kind: Activation
  public var name: String

  private static let all: [String: Activation] = [
    "gelu": .gelu, "gelu_new": .geluTanh, "gelu_pytorch_tanh": .geluTanh, "relu": .relu, "silu": .silu,
    "swish": .silu, "tanh": .tanh,
  ]
  /// The names that can be read, sorted.
  static var names: [String] { all.keys.sorted() }

  public init(kind: Activation, name: String) { (self.kind, self.name) = (kind, name) }
  public init?(_ name: String) {
    guard let kind = Self.all[name] else { return nil }
    (self.kind, self.name) = (kind, name)
  }
}
