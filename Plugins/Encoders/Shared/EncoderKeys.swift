/// What config.json calls the sizes and rates that every encoder has.
struct EncoderKeys: Sendable {
  var hiddenSize = "hidden_size"
  var intermediateSize = "intermediate_size"
  var layers = "num_hidden_layers"
  var heads = "num_attention_heads"
  var activation = "hidden_act"
  var hiddenDropout = "hidden_dropout_prob"
  var attentionDropout = "attention_probs_dropout_prob"
  /// The dropout before the head.
  var headDropout = "classifier_dropout"
  /// The LayerNorm epsilon; `nil`: the file does not say, it is the family's.
  var epsilon: String? = "layer_norm_eps"
  /// Kinds of tokens; `nil`: the file does not say, they are the family's.
  var segments: String? = "type_vocab_size"
}
