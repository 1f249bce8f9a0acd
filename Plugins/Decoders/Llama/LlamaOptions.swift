import RefluxCore

/// What a recipe can say of LLaMA.
struct LlamaOptions: ComponentOptions {
  @Option("A directory with config.json and weights, or a name on the hub; without one, everything begins fresh.")
  var checkpoint: String? = nil
  @Option("Transformer layers; of a checkpoint, the first so many are kept.", in: ModelSize.layers)
  var layers: Int? = nil
  @Option("Dropout of attention probabilities; default: the checkpoint's, else 0.", in: 0..<1)
  var attentionDropout: Float? = nil
  @Option(
    "Tokens of the longest row, if fewer than the model reads; without a checkpoint 2048 by default.",
    in: ModelSize.positions)
  var maxPositions: Int? = nil
  @Option(
    "Keep only what goes into each layer and compute the rest again in the backward pass: less memory, more work.")
  var recompute = false

  @Option("Token ids that the model knows (without a checkpoint).", in: ModelSize.vocabulary)
  var vocabularySize: Int? = nil
  @Option("Width of a token's vector (without a checkpoint).", in: ModelSize.width)
  var hiddenSize: Int? = nil
  @Option("Attention heads (without a checkpoint).", in: ModelSize.heads)
  var heads: Int? = nil
  @Option(
    "Heads of keys and values; several query heads share one. Default: as many as heads (without a checkpoint).",
    in: ModelSize.heads)
  var keyValueHeads: Int? = nil
  @Option(
    "Width inside the feed-forward layers; default: 8/3 x hidden_size (without a checkpoint).", in: ModelSize.width)
  var intermediateSize: Int? = nil
  @Option("Whether the output head is the table of token vectors (without a checkpoint).") var tied: Bool? = nil
  @Option("Standard deviation of fresh weights; default 0.02 (without a checkpoint).")
  var initializerRange: Float? = nil

  /// The options that a checkpoint's config.json decides.
  private var sizes: [(name: String, value: Int?)] {
    [
      ("vocabulary_size", vocabularySize), ("hidden_size", hiddenSize), ("heads", heads),
      ("key_value_heads", keyValueHeads), ("intermediate_size", intermediateSize),
    ]
  }

  func validate() throws {
    guard initializerRange ?? 1 > 0 else { throw RecipeError("initializer_range must be above 0") }
    if checkpoint != nil {
      let given =
        sizes.filter { $0.value != nil }.map(\.name) + (tied == nil ? [] : ["tied"])
        + (initializerRange == nil ? [] : ["initializer_range"])
      try OptionChecks.noneGiven(given)
    } else {
      try OptionChecks.allGiven([
        ("vocabulary_size", vocabularySize), ("hidden_size", hiddenSize), ("heads", heads), ("layers", layers),
      ])
    }
  }
}
