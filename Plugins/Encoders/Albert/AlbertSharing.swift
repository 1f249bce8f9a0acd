import RefluxCore
import RefluxIO

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
  mutating func keep(_ cut: KeptLayers) throws -> [Int] {
    func order(_ layers: Int, _ groups: Int) -> [Int] {
      let layersPerGroup = Double(layers) / Double(groups)
      return (0..<layers).map { Int(Double($0) / layersPerGroup) }
    }
    let wanted = Array(order(cut.stored, groups).prefix(cut.count))
    let used = (wanted.max() ?? 0) + 1
    guard order(cut.count, used) == wanted else {
      throw RecipeError(
        "layers is \(cut.count), which cuts a group of ALBERT layers: the \(cut.stored) layers are \(groups) groups")
    }
    groups = used
    return wanted
  }
}
