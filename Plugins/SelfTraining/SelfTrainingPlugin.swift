import RefluxCore

public enum SelfTrainingPlugin: Plugin {
  public static let name = "self-training"
  public static func register(in registry: inout Registry) {
    registry.add(method: SelfTrainingMethod.self)
  }
}
