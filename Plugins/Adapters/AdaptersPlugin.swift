import RefluxCore

/// Small updates that are trained beside frozen weights.
public enum AdaptersPlugin: Plugin {
  public static let name = "adapters"
  public static func register(in registry: inout Registry) {
    registry.add(adapter: LoRA.self)
  }
}
