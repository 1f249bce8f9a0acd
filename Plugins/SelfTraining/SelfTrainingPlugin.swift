import RefluxCore

/// Training on what the model itself has made.
public enum SelfTrainingPlugin: Plugin {
  public static let name = "self-training"
  public static func register(in registry: inout Registry) {
    registry.add(roundData: PseudoLabels.self)
    registry.add(roundData: SampledSolutions.self)
    registry.add(strategy: SelfTraining.self)
    registry.add(method: SelfTrainingMethod.self)
  }
}
