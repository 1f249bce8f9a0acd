/// A bundle of components.
///
/// The only public type of a plugin target.
public protocol Plugin: SendableMetatype {
  static var name: String { get }
  /// Adds its components to a registry.
  static func register(in registry: inout Registry)
}
