import RefluxCore
import RefluxIO

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

/// How ALBERT saves parameters.
struct AlbertSharing {
  /// Width of the embeddings.
  var embeddingSize: Int
  /// Groups of layers that share their weights.
  var groups: Int
  /// Transformer layers in a group.
  var innerLayers: Int

  init(_ options: AlbertOptions) {
    (embeddingSize, groups) = (options.embeddingSize ?? 128, options.groups ?? 1)
    innerLayers = options.innerLayers ?? 1
  }

  /// - Throws: ``FileError`` naming the file and the key.
  init(_ fields: JSONFields) throws {
    (embeddingSize, groups) = (try fields.size("embedding_size", 128), try fields.layers("num_hidden_groups", 1))
    innerLayers = try fields.layers("inner_group_num", 1)
    let layers = try fields.layers("num_hidden_layers")
    guard groups <= layers else {
      throw FileError(fields.path, "'num_hidden_groups' (\(groups)) is more than 'num_hidden_layers' (\(layers))")
    }
  }

  var json: JSONObject {
    JSONObject([
      ("embedding_size", .integer(embeddingSize)), ("num_hidden_groups", .integer(groups)),
      ("inner_group_num", .integer(innerLayers)),
    ])
  }

  /// Keeps the groups of the first layers; returns each layer's group.
  ///
  /// The configuration can only say how many layers and groups there are, spread evenly (as
  /// `AlbertTransformer.forward` does). A cut that leaves a group shorter than the others could not be written.
  /// - Throws: `RecipeError` for such a cut.
  mutating func keep(_ kept: Int, of layers: Int) throws -> [Int] {
    func order(_ layers: Int, _ groups: Int) -> [Int] {
      let layersPerGroup = Double(layers) / Double(groups)
      return (0..<layers).map { Int(Double($0) / layersPerGroup) }
    }
    let wanted = Array(order(layers, groups).prefix(kept))
    let used = (wanted.max() ?? 0) + 1
    guard order(kept, used) == wanted else {
      throw RecipeError(
        "layers is \(kept), which cuts a group of ALBERT layers: the \(layers) layers are \(groups) groups")
    }
    groups = used
    return wanted
  }
}
