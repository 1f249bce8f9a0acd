import RefluxCore
import RefluxIO

/// What config.json says of a BERT model.
struct BertConfiguration {
  var vocabularySize: Int
  var hiddenSize: Int
  var layers: Int
  var heads: Int
  var intermediateSize: Int
  var maxPositions = 512
  var segments = 2
  /// The id whose embedding is never trained.
  var padding: Int? = 0
  /// `hidden_act`, and the name it had.
  var activation: (kind: Activation, name: String) = (.gelu, "gelu")
  var hiddenDropout: Float = 0.1
  var attentionDropout: Float = 0.1
  var classifierDropout: Float?
  var epsilon: Float = 1e-12
  var initializerRange: Float = 0.02
  /// One name for each output of the head.
  var labels: [String] = ["LABEL_0", "LABEL_1"]
  /// What the head is for; `nil` where nobody said.
  var purpose: Purpose?
  /// Everything the file said, to be written again.
  var source = JSONObject()

  enum Purpose { case classes, score, choice }

  /// What transformers calls the activations.
  private static let activations: [String: Activation] = [
    "gelu": .gelu, "gelu_new": .geluTanh, "gelu_pytorch_tanh": .geluTanh, "relu": .relu, "silu": .silu,
    "swish": .silu, "tanh": .tanh,
  ]

  var layerShape: TransformerLayer.Shape {
    TransformerLayer.Shape(
      hiddenSize: hiddenSize, heads: heads, intermediateSize: intermediateSize, activation: activation.kind,
      hiddenDropout: hiddenDropout, attentionDropout: attentionDropout, epsilon: epsilon, deviation: initializerRange)
  }

  /// From the sizes in a recipe (already validated), for training from scratch.
  init(_ options: BertOptions) {
    (vocabularySize, hiddenSize) = (options.vocabularySize ?? 0, options.hiddenSize ?? 0)
    (layers, heads) = (options.layers ?? 0, options.heads ?? 0)
    intermediateSize = options.intermediateSize ?? 4 * hiddenSize
    maxPositions = options.maxPositions ?? maxPositions
    segments = options.segments ?? segments
    initializerRange = options.initializerRange ?? initializerRange
  }
}

// MARK: - Reading

extension BertConfiguration {
  /// Reads config.json; what it leaves out is as in transformers' BertConfig.
  ///
  /// - Throws: ``FileError`` naming the file and the key.
  init(_ fields: JSONFields) throws {
    let type = try fields.string("model_type") ?? "bert"
    guard type == "bert" else {
      throw FileError(fields.path, "'model_type' is '\(type)', and the model 'bert' reads 'bert'")
    }
    let positions = try fields.string("position_embedding_type") ?? "absolute"
    guard positions == "absolute" else {
      throw FileError(fields.path, "'position_embedding_type' is '\(positions)'; only 'absolute' can be read")
    }
    guard try fields.bool("is_decoder") != true else {
      throw FileError(fields.path, "'is_decoder' is true; only encoders can be read")
    }
    func size(_ key: String, _ fallback: Int? = nil) throws -> Int {
      let value = try fallback.map { try fields.integer(key) ?? $0 } ?? fields.required(key, fields.integer)
      guard value > 0, value < 1 << 31 else {
        throw FileError(fields.path, "'\(key)' must be above 0, but is \(value)")
      }
      return value
    }
    func rate(_ key: String) throws -> Float? {
      guard let value = try fields.number(key) else { return nil }
      guard (0..<1).contains(value) else {
        throw FileError(fields.path, "'\(key)' must be at least 0 and below 1, but is \(value)")
      }
      return Float(value)
    }
    (vocabularySize, hiddenSize) = (try size("vocab_size"), try size("hidden_size"))
    (layers, heads) = (try size("num_hidden_layers"), try size("num_attention_heads"))
    intermediateSize = try size("intermediate_size")
    (maxPositions, segments) = (try size("max_position_embeddings", 512), try size("type_vocab_size", 2))
    guard hiddenSize.isMultiple(of: heads) else {
      throw FileError(
        fields.path, "'hidden_size' (\(hiddenSize)) must be a multiple of 'num_attention_heads' (\(heads))")
    }
    let name = try fields.string("hidden_act") ?? "gelu"
    guard let kind = Self.activations[name] else {
      let known = Self.activations.keys.sorted().joined(separator: ", ")
      throw FileError(fields.path, "'hidden_act' is '\(name)'; known are \(known)")
    }
    activation = (kind, name)
    hiddenDropout = try rate("hidden_dropout_prob") ?? hiddenDropout
    attentionDropout = try rate("attention_probs_dropout_prob") ?? attentionDropout
    classifierDropout = try rate("classifier_dropout")
    epsilon = try fields.number("layer_norm_eps").map { Float($0) } ?? epsilon
    initializerRange = try fields.number("initializer_range").map { Float($0) } ?? initializerRange
    padding = fields.object["pad_token_id"] == .null ? nil : try fields.integer("pad_token_id") ?? 0
    labels = try Self.labels(fields)
    purpose = try Self.purpose(fields)
    source = fields.object
  }

  /// `id2label`, or as many names as `num_labels` says; transformers' default is two.
  private static func labels(_ fields: JSONFields) throws -> [String] {
    guard let map = try fields.fields("id2label") else {
      let count = try fields.integer("num_labels") ?? 2
      guard count > 0, count < 1 << 20 else {
        throw FileError(fields.path, "'num_labels' must be above 0, but is \(count)")
      }
      return (0..<count).map { "LABEL_\($0)" }
    }
    return try (0..<map.object.keys.count).map { try map.required(String($0), map.string) }
  }

  private static func purpose(_ fields: JSONFields) throws -> Purpose? {
    let architectures = try fields.array("architectures") ?? []
    if architectures.contains("BertForMultipleChoice") { return .choice }
    switch try fields.string("problem_type") {
    case "regression": return .score
    case "single_label_classification": return .classes
    default: return nil
    }
  }
}

// MARK: - Writing

extension BertConfiguration {
  /// What transformers' save_pretrained would write for this model in float32.
  var json: JSONObject {
    var json = source
    for key in ["_name_or_path", "transformers_version", "dtype", "num_labels", "problem_type"] { json[key] = nil }
    json["architectures"] = [purpose == .choice ? "BertForMultipleChoice" : "BertForSequenceClassification"]
    json["model_type"] = "bert"
    json["torch_dtype"] = "float32"
    json["vocab_size"] = .integer(vocabularySize)
    json["hidden_size"] = .integer(hiddenSize)
    json["num_hidden_layers"] = .integer(layers)
    json["num_attention_heads"] = .integer(heads)
    json["intermediate_size"] = .integer(intermediateSize)
    json["max_position_embeddings"] = .integer(maxPositions)
    json["type_vocab_size"] = .integer(segments)
    json["pad_token_id"] = padding.map(JSON.integer) ?? .null
    json["position_embedding_type"] = "absolute"
    json["hidden_act"] = .string(activation.name)
    json["hidden_dropout_prob"] = Self.shortest(hiddenDropout)
    json["attention_probs_dropout_prob"] = Self.shortest(attentionDropout)
    json["classifier_dropout"] = classifierDropout.map(Self.shortest) ?? .null
    json["layer_norm_eps"] = Self.shortest(epsilon)
    json["initializer_range"] = Self.shortest(initializerRange)
    json["id2label"] = .object(JSONObject(labels.enumerated().map { (String($0.offset), .string($0.element)) }))
    json["label2id"] = .object(JSONObject(labels.enumerated().map { ($0.element, .integer($0.offset)) }))
    switch purpose {
    case .score: json["problem_type"] = "regression"
    case .classes: json["problem_type"] = "single_label_classification"
    case .choice, nil: break
    }
    return json
  }

  /// 0.1, not 0.10000000149011612.
  private static func shortest(_ value: Float) -> JSON { Double("\(value)").map(JSON.number) ?? JSON(value) }
}
