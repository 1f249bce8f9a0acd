import RefluxCore
import RefluxIO

extension LlamaConfiguration {
  /// What transformers' save_pretrained would write for this model with weights of a type.
  func json(_ type: DType) -> JSONObject {
    var json = source
    for key in ["_name_or_path", "transformers_version", "dtype"] { json[key] = nil }
    json["architectures"] = ["LlamaForCausalLM"]
    json["model_type"] = "llama"
    json["torch_dtype"] = .string(type.rawValue)
    json["vocab_size"] = .integer(vocabularySize)
    json["hidden_size"] = .integer(hiddenSize)
    json["num_hidden_layers"] = .integer(layers)
    json["num_attention_heads"] = .integer(heads)
    json["num_key_value_heads"] = .integer(keyValueHeads)
    json["head_dim"] = .integer(headSize)
    json["intermediate_size"] = .integer(intermediateSize)
    // With dynamic scaling it says where that begins.
    if case .dynamic = scaling {
      json["max_position_embeddings"] = .integer(maxPositions)
    } else {
      json["max_position_embeddings"] = .integer(longestRow)
    }
    json["hidden_act"] = .string(activation.name)
    json["rms_norm_eps"] = JSON(shortest: epsilon)
    json["tie_word_embeddings"] = .bool(isTied)
    json["attention_bias"] = .bool(attentionBias)
    json["mlp_bias"] = .bool(feedForwardBias)
    json["attention_dropout"] = JSON(shortest: attentionDropout)
    json["initializer_range"] = JSON(shortest: initializerRange)
    if json["rope_parameters"] == nil, json["rope_theta"] == nil { json["rope_theta"] = .number(rotaryBase) }
    return json
  }
}
