import RefluxCore

/// What a recipe can say of ALBERT.
struct AlbertOptions: ComponentOptions {
  var shared = EncoderOptions()
  @Option(
    "Width of the embeddings, before they are mapped to the hidden size; default 128 (without a checkpoint).",
    in: ModelSize.width)
  var embeddingSize: Int? = nil
  @Option(
    "Groups of layers that share their weights; default 1: all layers do (without a checkpoint).", in: ModelSize.layers)
  var groups: Int? = nil
  @Option(
    "Transformer layers in a group, which count as one; default 1 (without a checkpoint).", in: ModelSize.layers)
  var innerLayers: Int? = nil

  func validate() throws {
    try shared.checkSizes([
      ("embedding_size", embeddingSize), ("groups", groups), ("inner_layers", innerLayers),
    ])
    if let groups, let layers = shared.layers, groups > layers {
      throw RecipeError("groups is \(groups), and there are only \(layers) layers")
    }
  }
}
