import RefluxCore

/// DynSDPB's dynamics without its previous batch (Fu et al., 2024, table 5).
struct DynamicFinetuneMethod: Method {
  static let name = "dynamic-finetune"
  static let summary = "Fine-tuning with DynSDPB's per-example weight and temperature, but no distillation."
  let strategy: RecipeNode = [
    "type": "single", "objective": ["type": "dynamic-finetune", "scheduler": "uncertainty"],
    "train": ["sampler": "shuffled"],
  ]
  init(_: NoOptions, _: inout BuildContext) {}
}
