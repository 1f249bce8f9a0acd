import RefluxCore

/// Self-distillation from the last mini-batch (Shen et al., CVPR 2022): fixed weight and temperature.
struct DLBMethod: Method {
  static let name = "dlb"
  static let summary = "Self-distillation from the last mini-batch, with a fixed weight and temperature."
  let strategy: RecipeNode = [
    "type": "single",
    "objective": ["type": "previous-batch", "loss": "kl", "scheduler": "constant", "aligner": "automatic"],
    "train": ["sampler": "carry-over"],
  ]
  init(_: NoOptions, _: inout BuildContext) {}
}
