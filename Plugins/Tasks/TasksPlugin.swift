import RefluxCore

public enum TasksPlugin: Plugin {
  public static let name = "tasks"
  public static func register(in registry: inout Registry) {}
}
