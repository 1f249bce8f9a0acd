import RefluxCore

/// What a recipe can say of any encoder.
struct EncoderOptions: ComponentOptions {
  @Option("A directory with config.json and weights, or a name on the hub; without one, everything begins fresh.")
  var checkpoint: String? = nil
  @Option("Transformer layers; of a checkpoint, the first so many are kept, and the pooler.", in: ModelSize.layers)
  var layers: Int? = nil
  @Option("Outputs of the head; the task decides where there is one.", in: ModelSize.outputs)
  var outputs: Int? = nil

  @Option(
    "Dropout of the embeddings and of each layer's two halves; default: the checkpoint's, else the family's.",
    in: 0..<1)
  var hiddenDropout: Float? = nil
  @Option("Dropout of attention probabilities; default: the checkpoint's, else the family's.", in: 0..<1)
  var attentionDropout: Float? = nil
  @Option("Dropout before the head; default: the checkpoint's, else that of the hidden layers.", in: 0..<1)
  var classifierDropout: Float? = nil

  @Option("Token ids that the model knows (without a checkpoint).", in: ModelSize.vocabulary)
  var vocabularySize: Int? = nil
  @Option("Width of a token's vector (without a checkpoint).", in: ModelSize.width)
  var hiddenSize: Int? = nil
  @Option("Attention heads; they share the width evenly (without a checkpoint).", in: ModelSize.heads)
  var heads: Int? = nil
  @Option("Width inside the feed-forward layers; default: 4 x hidden_size (without a checkpoint).", in: ModelSize.width)
  var intermediateSize: Int? = nil
  @Option("Tokens of the longest row; default 512 (without a checkpoint).", in: ModelSize.positions)
  var maxPositions: Int? = nil
  @Option("Texts that a row may hold; default: the family's (without a checkpoint).", in: ModelSize.segments)
  var segments: Int? = nil
  @Option("Standard deviation of fresh weights; default 0.02 (without a checkpoint).")
  var initializerRange: Float? = nil

  func validate() throws {
    try checkSizes([
      ("vocabulary_size", vocabularySize), ("hidden_size", hiddenSize), ("heads", heads),
      ("intermediate_size", intermediateSize), ("max_positions", maxPositions), ("segments", segments),
    ])
    guard initializerRange ?? 1 > 0 else { throw RecipeError("initializer_range must be above 0") }
    if checkpoint != nil {
      try OptionChecks.noneGiven(initializerRange == nil ? [] : ["initializer_range"])
    } else {
      try OptionChecks.allGiven([
        ("vocabulary_size", vocabularySize), ("hidden_size", hiddenSize), ("heads", heads), ("layers", layers),
      ])
      if let hiddenSize, let heads, !hiddenSize.isMultiple(of: heads) {
        throw RecipeError("hidden_size (\(hiddenSize)) must be a multiple of heads (\(heads))")
      }
    }
  }

  /// Throws if a size is given beside a checkpoint, whose config.json decides it.
  func checkSizes(_ sizes: [(name: String, value: Int?)]) throws {
    if checkpoint != nil { try OptionChecks.noneGiven(sizes.filter { $0.value != nil }.map(\.name)) }
  }
}
