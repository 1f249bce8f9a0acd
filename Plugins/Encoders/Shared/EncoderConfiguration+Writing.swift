import RefluxCore
import RefluxIO

extension EncoderConfiguration {
  /// What transformers' save_pretrained would write for this model in float32.
  var json: JSONObject {
    var json = source
    for key in ["_name_or_path", "transformers_version", "dtype", "num_labels", "problem_type"] { json[key] = nil }
    // transformers has no DebertaForMultipleChoice; the name says here, too, what the one output is for.
    let task = purpose == .choice ? "ForMultipleChoice" : "ForSequenceClassification"
    json["architectures"] = [.string(family.className + task)]
    json["model_type"] = .string(family.type)
    json["torch_dtype"] = "float32"
    json["vocab_size"] = .integer(vocabularySize)
    json["hidden_size"] = .integer(hiddenSize)
    json["num_hidden_layers"] = .integer(layers)
    json["num_attention_heads"] = .integer(heads)
    json["intermediate_size"] = .integer(intermediateSize)
    json["max_position_embeddings"] = .integer(maxPositions)
    json["type_vocab_size"] = .integer(segments)
    json["pad_token_id"] = padding.map(JSON.integer) ?? .null
    json["position_embedding_type"] = family.statesPositionType ? "absolute" : nil
    json["hidden_act"] = .string(activation.name)
    json["hidden_dropout_prob"] = JSON(shortest: hiddenDropout)
    json["attention_probs_dropout_prob"] = JSON(shortest: attentionDropout)
    json[family.headDropoutKey] = headDropout.map(JSON.init(shortest:)) ?? .null
    json["layer_norm_eps"] = JSON(shortest: epsilon)
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
