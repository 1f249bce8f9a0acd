import RefluxCore

public enum SelfDistillationPlugin: Plugin {
  public static let name = "self-distillation"
  public static func register(in registry: inout Registry) {}
}
