import RefluxCore

/// Dynamic self-distillation from the previous mini-batch (Fu et al., 2024, arXiv 2411.16991): DLB with a weight and a
/// temperature for each example.
struct DynSDPBMethod: Method {
  static let name = "dynsdpb"
  static let summary = "Self-distillation from the previous mini-batch, with a weight and a temperature per example."
  let strategy: RecipeNode = [
    "type": "single",
    "objective": ["type": "previous-batch", "loss": "kl", "scheduler": "uncertainty", "aligner": "automatic"],
    "train": ["sampler": "carry-over"],
  ]
  init(_: NoOptions, _: inout BuildContext) {}
}
