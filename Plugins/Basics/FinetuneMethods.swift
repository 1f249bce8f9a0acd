import RefluxCore

/// Cross-entropy (or squared error) on the labels, nothing else.
struct FinetuneMethod: Method {
  static let name = "finetune"
  static let summary = "Ordinary fine-tuning on the labels."
  let strategy: RecipeNode = ["type": "single", "objective": "supervised", "train": ["sampler": "shuffled"]]
  init(_: NoOptions, _: inout BuildContext) {}
}

/// Fine-tuning for twice the epochs: as many forward passes as self-distillation needs, the fair baseline for it.
struct DoubleFinetuneMethod: Method {
  static let name = "double-finetune"
  static let summary = "Fine-tuning for twice the epochs, the compute of dlb and dynsdpb."
  let strategy: RecipeNode = [
    "type": "single", "objective": "supervised", "train": ["sampler": "shuffled", "epoch_factor": 2],
  ]
  init(_: NoOptions, _: inout BuildContext) {}
}
