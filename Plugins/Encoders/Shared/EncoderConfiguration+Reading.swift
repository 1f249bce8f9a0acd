import RefluxCore
import RefluxIO

extension EncoderConfiguration {
  /// Reads config.json; what it leaves out is as in transformers' configuration of the family.
  ///
  /// - Throws: ``FileError`` naming the file and the key.
  init(_ family: EncoderFamily, _ fields: JSONFields) throws {
    self.family = family
    let type = try fields.string("model_type") ?? family.type
    guard type == family.type else {
      throw FileError(fields.path, "'model_type' is '\(type)', and the model '\(family.type)' reads '\(family.type)'")
    }
    let positions = try fields.string("position_embedding_type") ?? "absolute"
    guard positions == "absolute" else {
      throw FileError(fields.path, "'position_embedding_type' is '\(positions)'; only 'absolute' can be read")
    }
    guard try fields.bool("is_decoder") != true else {
      throw FileError(fields.path, "'is_decoder' is true; only encoders can be read")
    }
    vocabularySize = try fields.size("vocab_size", atMost: ModelSize.vocabulary.upperBound)
    let keys = family.keys
    (hiddenSize, intermediateSize) = (try fields.size(keys.hiddenSize), try fields.size(keys.intermediateSize))
    layers = try fields.layers(keys.layers)
    heads = try fields.size(keys.heads, atMost: ModelSize.heads.upperBound)
    maxPositions = try fields.size("max_position_embeddings", 512, atMost: ModelSize.positions.upperBound)
    segments =
      try keys.segments.map {
        try fields.size(
          $0, family.segments, atLeast: family.segments == 0 ? 0 : 1, atMost: ModelSize.segments.upperBound)
      } ?? family.segments
    guard hiddenSize.isMultiple(of: heads) else {
      throw FileError(
        fields.path, "'\(keys.hiddenSize)' (\(hiddenSize)) must be a multiple of '\(keys.heads)' (\(heads))")
    }
    activation = try fields.activation(keys.activation, family.activation)
    hiddenDropout = try fields.dropout(keys.hiddenDropout) ?? family.hiddenDropout
    attentionDropout = try fields.dropout(keys.attentionDropout) ?? family.attentionDropout
    headDropout = try fields.dropout(keys.headDropout) ?? family.headDropout
    epsilon = try keys.epsilon.flatMap(fields.number).map { Float($0) } ?? family.epsilon
    initializerRange = try fields.number("initializer_range").map { Float($0) } ?? initializerRange
    padding = fields.object["pad_token_id"] == .null ? nil : try fields.integer("pad_token_id") ?? family.padding
    labels = try Self.labels(fields)
    purpose = try Self.purpose(fields, family)
    source = fields.object
    guard longestRow > 0 else {
      throw FileError(
        fields.path, "'max_position_embeddings' must be above \(firstPosition), but is \(maxPositions)")
    }
  }

  /// `id2label`, or as many names as `num_labels` says; transformers' default is two.
  private static func labels(_ fields: JSONFields) throws -> [String] {
    guard let map = try fields.fields("id2label") else {
      let count = try fields.integer("num_labels", in: ModelSize.outputs) ?? 2
      return ModelCard.defaultLabels(count)
    }
    return try (0..<map.object.keys.count).map { try map.required(String($0), map.string) }
  }

  private static func purpose(_ fields: JSONFields, _ family: EncoderFamily) throws -> Purpose? {
    let architectures = try fields.array("architectures") ?? []
    if architectures.contains(.string(family.className + "ForMultipleChoice")) { return .choice }
    switch try fields.string("problem_type") {
    case "regression": return .score
    case "single_label_classification": return .classes
    default: return nil
    }
  }
}
