import RefluxCore

public enum LossesPlugin: Plugin {
  public static let name = "losses"
  public static func register(in registry: inout Registry) {}
}
