import RefluxCore

/// Rounds of labelling the unlabelled rows with the model itself and training on what it is sure of, with any method.
struct SelfTrainingMethod: Method {
  static let name = "self-training"
  static let summary = "Rounds of pseudo-labelling unlabelled rows; any other method trains on them."
  struct Options: ComponentOptions {
    @Option("How each round trains: any method of one stage, with its options.") var method: ExpandedMethod = "finetune"
  }

  let strategy: RecipeNode

  init(_ options: Options, _: inout BuildContext) throws {
    let inner = options.method
    guard inner.strategy.typeName == "single" else {
      throw RecipeError(
        "method: self-training trains with a method of one stage, and '\(inner.name)' has several",
        at: options.$method?.mark)
    }
    strategy = inner.strategy.setting("type", to: "self-training")
  }
}
