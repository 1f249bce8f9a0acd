import RefluxCore

public enum BasicsPlugin: Plugin {
  public static let name = "basics"
  public static func register(in registry: inout Registry) {}
}
