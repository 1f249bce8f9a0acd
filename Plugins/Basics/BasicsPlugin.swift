import RefluxCore

/// What every run needs: models by checkpoint, optimizers, schedules, samplers, learning from labels, one stage of training.
public enum BasicsPlugin: Plugin {
  public static let name = "basics"
  public static func register(in registry: inout Registry) {
    registry.add(AutoModel.self, for: (any Model).self)
    registry.add(optimizer: AdamW.self)
    registry.add(optimizer: SGD.self)
    registry.add(schedule: ConstantSchedule.self)
    registry.add(schedule: LinearSchedule.self)
    registry.add(schedule: CosineSchedule.self)
    registry.add(sampler: Shuffled.self)
    registry.add(sampler: Sequential.self)
    registry.add(sampler: Listed.self)
    registry.add(objective: Supervised.self)
    registry.add(strategy: Single.self)
    registry.add(method: FinetuneMethod.self)
    registry.add(method: DoubleFinetuneMethod.self)
  }
}
