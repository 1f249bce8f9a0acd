import RefluxCore
import RefluxIO

extension EncoderConfiguration {
  /// What transformers' save_pretrained would write for this model in float32.
  var json: JSONObject {
    var json = source
    let keys = family.keys
    for key in ["_name_or_path", "transformers_version", "dtype", "num_labels", "problem_type"] { json[key] = nil }
    // transformers has no DebertaForMultipleChoice; the name says here, too, what the one output is for.
    let task = purpose == .choice ? "ForMultipleChoice" : "ForSequenceClassification"
    json["architectures"] = [.string(family.className + task)]
    json["model_type"] = .string(family.type)
    json["torch_dtype"] = "float32"
    json["vocab_size"] = .integer(vocabularySize)
    json[keys.hiddenSize] = .integer(hiddenSize)
    json[keys.layers] = .integer(layers)
    json[keys.heads] = .integer(heads)
    json[keys.intermediateSize] = .integer(intermediateSize)
    json["max_position_embeddings"] = .integer(maxPositions)
    if let key = keys.segments { json[key] = .integer(segments) }
    json["pad_token_id"] = padding.map(JSON.integer) ?? .null
    json["position_embedding_type"] = family.statesPositionType ? "absolute" : nil
    json[keys.activation] = .string(activation.name)
    json[keys.hiddenDropout] = JSON(shortest: hiddenDropout)
    json[keys.attentionDropout] = JSON(shortest: attentionDropout)
    json[keys.headDropout] = headDropout.map(JSON.init(shortest:)) ?? .null
    if let key = keys.epsilon { json[key] = JSON(shortest: epsilon) }
    json["initializer_range"] = JSON(shortest: initializerRange)
    json["id2label"] = .object(JSONObject(labels.enumerated().map { (String($0.offset), .string($0.element)) }))
    json["label2id"] = .object(JSONObject(labels.enumerated().map { ($0.element, .integer($0.offset)) }))
    switch purpose {
    case .score: json["problem_type"] = "regression"
    case .classes: json["problem_type"] = "single_label_classification"
    case .choice, nil: break
    }
    for (key, value) in own.entries { json[key] = value }
    return json
  }
}
