import RefluxCore

/// Ways to compare a student's prediction with a teacher's.
public enum LossesPlugin: Plugin {
  public static let name = "losses"
  public static func register(in registry: inout Registry) {
    registry.add(loss: KLDivergence.self)
    registry.add(loss: MeanSquaredError.self)
  }
}
