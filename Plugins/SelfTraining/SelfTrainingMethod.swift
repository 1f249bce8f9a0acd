import RefluxCore

/// Rounds of training on what the model itself has made, with any method.
struct SelfTrainingMethod: Method {
  static let name = "self-training"
  static let summary = "Rounds of training on labels or solutions that the model made itself, with any other method."
  struct Options: ComponentOptions {
    @Option("How each round trains: any method of one stage, with its options.") var method: ExpandedMethod = "finetune"
    @Option("How a round makes the data that it trains on; its options may stand beside it.")
    var data: Blueprint<any RoundData> = "pseudo-labels"
  }

  let strategy: RecipeNode

  init(_ options: Options, _: inout BuildContext) throws {
    let inner = options.method
    guard inner.strategy.typeName == "single" else {
      throw RecipeError(
        "self-training trains with a method of one stage, and '\(inner.name)' has several",
        at: options.$method?.mark
      ).inside("method")
    }
    let name = RecipeNode(stringLiteral: options.data.name)
    // What names its type keeps its place.
    let data = options.$data.map { $0.entries == nil || $0["type"] != nil ? $0 : $0.setting("type", to: name) }
    strategy = inner.strategy.setting("type", to: "self-training").setting("data", to: data ?? name)
  }
}
