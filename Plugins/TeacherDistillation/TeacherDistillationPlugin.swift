import RefluxCore

/// Learning from another, frozen model.
public enum TeacherDistillationPlugin: Plugin {
  public static let name = "teacher-distillation"
  public static func register(in registry: inout Registry) {
    registry.add(objective: Teacher.self)
    registry.add(method: KDMethod.self)
  }
}
