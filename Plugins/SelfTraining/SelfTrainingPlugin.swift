import RefluxCore

/// Training on labels that the model gave itself.
public enum SelfTrainingPlugin: Plugin {
  public static let name = "self-training"
  public static func register(in registry: inout Registry) {
    registry.add(strategy: SelfTraining.self)
    registry.add(method: SelfTrainingMethod.self)
  }
}
