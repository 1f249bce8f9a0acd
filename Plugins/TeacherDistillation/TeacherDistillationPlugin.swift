import RefluxCore

public enum TeacherDistillationPlugin: Plugin {
  public static let name = "teacher-distillation"
  public static func register(in registry: inout Registry) {}
}
