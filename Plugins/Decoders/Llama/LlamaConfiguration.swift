import RefluxCore
import RefluxIO

/// What config.json says of a LLaMA model.
struct LlamaConfiguration {
  var vocabularySize: Int
  var hiddenSize: Int
  var layers: Int
  var heads: Int
  var keyValueHeads: Int
  var headSize: Int
  var intermediateSize: Int
  /// `max_position_embeddings`.
  var maxPositions = 2048
  /// Tokens of the longest row, if a recipe says so.
  var rowLimit: Int?
  var activation = NamedActivation(kind: .silu, name: "silu")
  var epsilon: Float = 1e-6
  var rotaryBase = 10_000.0
  var scaling = RotaryEmbedding.Scaling.none
  var isTied = false
  var attentionBias = false
  var feedForwardBias = false
  var attentionDropout: Float = 0
  var initializerRange: Float = 0.02
  /// The id whose embedding is never trained.
  var padding: Int?
  /// The ids that end a text.
  var endTokens: [Int32] = []
  /// Everything the file said, to be written again.
  var source = JSONObject()

  /// Tokens of the longest row: dynamic scaling is for so many times the positions that the model was trained for.
  var longestRow: Int {
    if let rowLimit { return rowLimit }
    guard case .dynamic(let factor, _) = scaling else { return maxPositions }
    return max(maxPositions, Int(min(factor * Double(maxPositions), 1e9)))
  }

  var layerShape: DecoderShape {
    DecoderShape(
      hiddenSize: hiddenSize, heads: heads, keyValueHeads: keyValueHeads, headSize: headSize,
      intermediateSize: intermediateSize, activation: activation.kind, attentionBias: attentionBias,
      feedForwardBias: feedForwardBias, attentionDropout: attentionDropout, epsilon: epsilon,
      deviation: initializerRange)
  }

  /// What the layers' matrices have together, as a product.
  var layerMatrices: Shape {
    [layers, hiddenSize, 2 * headSize * (heads + keyValueHeads) + 3 * intermediateSize]
  }

  /// From the sizes in a recipe, for training from scratch.
  ///
  /// - Throws: `RecipeError` if they do not go together.
  init(_ options: LlamaOptions) throws {
    (vocabularySize, hiddenSize) = (options.vocabularySize ?? 0, options.hiddenSize ?? 0)
    (layers, heads) = (options.layers ?? 0, options.heads ?? 0)
    keyValueHeads = options.keyValueHeads ?? heads
    headSize = hiddenSize / heads
    intermediateSize = options.intermediateSize ?? max(1, 8 * hiddenSize / 3)
    maxPositions = options.maxPositions ?? maxPositions
    isTied = options.tied ?? false
    initializerRange = options.initializerRange ?? initializerRange
    guard hiddenSize.isMultiple(of: 2 * heads) else {
      throw RecipeError("hidden_size (\(hiddenSize)) must be a multiple of 2 x heads (\(heads))")
    }
    guard heads.isMultiple(of: keyValueHeads) else {
      throw RecipeError("heads (\(heads)) must be a multiple of key_value_heads (\(keyValueHeads))")
    }
  }
}

// MARK: - Reading

extension LlamaConfiguration {
  /// Reads config.json, as older and newer versions of transformers write it; what it leaves out is as in LlamaConfig.
  ///
  /// - Throws: ``FileError`` naming the file and the key.
  init(_ fields: JSONFields) throws {
    let type = try fields.string("model_type") ?? "llama"
    guard type == "llama" else {
      throw FileError(fields.path, "'model_type' is '\(type)', and the model 'llama' reads 'llama'")
    }
    let mostHeads = ModelSize.heads.upperBound
    vocabularySize = try fields.size("vocab_size", atMost: ModelSize.vocabulary.upperBound)
    (hiddenSize, intermediateSize) = (try fields.size("hidden_size"), try fields.size("intermediate_size"))
    layers = try fields.layers("num_hidden_layers")
    heads = try fields.size("num_attention_heads", atMost: mostHeads)
    keyValueHeads = try fields.size("num_key_value_heads", heads, atMost: mostHeads)
    headSize = try fields.size("head_dim", max(1, hiddenSize / heads))
    maxPositions = try fields.size("max_position_embeddings", maxPositions, atMost: ModelSize.positions.upperBound)
    guard headSize.isMultiple(of: 2) else {
      throw FileError(fields.path, "the size of a head must be even, but is \(headSize)")
    }
    guard heads.isMultiple(of: keyValueHeads) else {
      throw FileError(
        fields.path, "'num_attention_heads' (\(heads)) must be a multiple of 'num_key_value_heads' (\(keyValueHeads))")
    }
    activation = try fields.activation("hidden_act", activation.name)
    epsilon = try fields.number("rms_norm_eps").map { Float($0) } ?? epsilon
    (rotaryBase, scaling) = try Self.rotation(fields, maxPositions)
    isTied = try fields.bool("tie_word_embeddings") ?? isTied
    attentionBias = try fields.bool("attention_bias") ?? attentionBias
    feedForwardBias = try fields.bool("mlp_bias") ?? feedForwardBias
    attentionDropout = try fields.dropout("attention_dropout") ?? attentionDropout
    initializerRange = try fields.number("initializer_range").map { Float($0) } ?? initializerRange
    padding = try fields.integer("pad_token_id").flatMap { (0..<vocabularySize).contains($0) ? $0 : nil }
    endTokens = try fields.tokenIDs("eos_token_id")
    source = fields.object
  }

  /// Reads a model's directory.
  ///
  /// Where `generation_config.json` says what ends a text, that holds, as in transformers' `generate`: the instructed
  /// LLaMA-3 has its second end token there.
  ///
  /// - Throws: ``FileError`` naming the file and the key.
  init(_ directory: ModelDirectory) throws {
    try self.init(directory.configuration())
    guard let generation = try directory.generationConfiguration() else { return }
    let named = try generation.tokenIDs("eos_token_id")
    guard !named.isEmpty else { return }
    endTokens = named
    // What is written has no second file.
    source["eos_token_id"] = generation.object["eos_token_id"]
  }

  /// The base of the angles and their scaling: `rope_parameters`, or `rope_theta` and `rope_scaling` before that.
  private static func rotation(_ fields: JSONFields, _ positions: Int) throws -> (Double, RotaryEmbedding.Scaling) {
    let newer = try fields.fields("rope_parameters")
    let base = try newer?.number("rope_theta") ?? fields.number("rope_theta") ?? 10_000
    guard base > 0 else { throw FileError(fields.path, "'rope_theta' must be above 0, but is \(base)") }
    guard let scaling = try newer ?? fields.fields("rope_scaling") else { return (base, .none) }
    let kind = try scaling.string("rope_type") ?? scaling.string("type") ?? "default"
    func positive(_ key: String) throws -> Double {
      let value = try scaling.required(key, scaling.number)
      guard value > 0 else { throw FileError(fields.path, "'\(key)' of the scaling must be above 0, but is \(value)") }
      return value
    }
    switch kind {
    case "default": return (base, .none)
    case "dynamic": return (base, .dynamic(factor: try positive("factor"), original: positions))
    case "linear": return (base, .linear(factor: try positive("factor")))
    case "llama3":
      let (low, high) = (try positive("low_freq_factor"), try positive("high_freq_factor"))
      guard low < high else {
        throw FileError(fields.path, "'low_freq_factor' (\(low)) must be below 'high_freq_factor' (\(high))")
      }
      return (
        base,
        .llama3(
          factor: try positive("factor"), low: low, high: high,
          original: try positive("original_max_position_embeddings"))
      )
    default:
      throw FileError(
        fields.path, "'rope_type' is '\(kind)'; known are default, dynamic, linear, llama3")
    }
  }
}

extension JSONFields {
  /// One token id or several, as `eos_token_id` has them.
  func tokenIDs(_ key: String) throws -> [Int32] {
    guard let value = object[key], value != .null else { return [] }
    let items = value.array ?? [value]
    return try items.map { item in
      guard let id = item.integer.flatMap(Int32.init(exactly:)) else {
        throw FileError(path, "'\(key)' wants a token id or a list of them, but has \(item.text)")
      }
      return id
    }
  }
}
