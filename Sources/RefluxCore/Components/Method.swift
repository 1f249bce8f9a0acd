/// A recipe's `method:`: one name for the components that make it up.
///
/// ```swift
/// struct DynSDPBMethod: Method {
///   static let name = "dynsdpb"
///   static let summary = "Self-distillation from the previous mini-batch, per-example weight and temperature."
///   let strategy: RecipeNode = [
///     "type": "single", "objective": ["type": "previous-batch", "scheduler": "uncertainty"],
///     "train": ["sampler": "carry-over"],
///   ]
///   init(_: NoOptions, _: inout BuildContext) {}
/// }
/// ```
///
/// Whatever the components take may be written under `method` too: `method: { type: dynsdpb, temperature: 2 }`.
public protocol Method: Component {
  /// The strategy it stands for, as a recipe would write it.
  var strategy: RecipeNode { get }
}
