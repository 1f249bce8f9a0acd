import RefluxCore

/// Self-distillation from the previous mini-batch: DLB, DynSDPB and the ablation of its dynamics.
public enum SelfDistillationPlugin: Plugin {
  public static let name = "self-distillation"
  public static func register(in registry: inout Registry) {
    registry.add(objective: PreviousBatch.self)
    registry.add(objective: DynamicFinetune.self)
    registry.add(sampler: CarryOver.self)
    registry.add(scheduler: ConstantKnobs.self)
    registry.add(scheduler: UncertaintyKnobs.self)
    registry.add(aligner: AutomaticAligner.self)
    registry.add(aligner: Identity.self)
    registry.add(aligner: Tokenwise.self)
    registry.add(aligner: VocabularyMap.self)
    registry.add(method: DLBMethod.self)
    registry.add(method: DynSDPBMethod.self)
    registry.add(method: DynamicFinetuneMethod.self)
  }
}
