import RefluxCore

/// Language models.
public enum DecodersPlugin: Plugin {
  public static let name = "decoders"
  public static func register(in registry: inout Registry) {
    registry.add(model: Llama.self)
  }
}
