import RefluxCore

/// Knowledge distillation from a frozen teacher (Hinton et al., 2015); the recipe names one under `models.teacher`.
struct KDMethod: Method {
  static let name = "kd"
  static let summary = "Knowledge distillation from a frozen, fine-tuned teacher."
  let strategy: RecipeNode = [
    "type": "single", "objective": ["type": "teacher", "loss": "kl", "scheduler": "constant"],
    "train": ["sampler": "shuffled"],
  ]
  init(_: NoOptions, _: inout BuildContext) {}
}
