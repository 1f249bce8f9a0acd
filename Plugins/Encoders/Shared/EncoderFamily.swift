/// What tells one family of encoders from another in config.json and in the names of its weights.
///
/// What a family computes is in its own model.
struct EncoderFamily: Sendable {
  /// `model_type` in config.json.
  var type: String
  /// What the names of transformers' classes begin with: `Bert` of `BertForSequenceClassification`.
  var className: String
  /// The encoder's name in checkpoints; old ones leave it out.
  var prefix: String
  /// The list in the encoder that `layers` cuts short.
  var layerList = "encoder.layer"
  /// Where a pooler is, if there is one: it begins fresh, as the head does, when a checkpoint lacks it.
  var pooler: String
  /// The head.
  let head = "classifier"
  /// What config.json calls what all encoders have.
  var keys = EncoderKeys()
  /// Whether config.json says that positions are absolute.
  var statesPositionType = true
  /// Whether positions are counted from the row behind that of the padding token (RoBERTa).
  var countsPositionsFromPadding = false

  // What a config.json that leaves a key out means, and a recipe without a checkpoint.
  var padding = 0
  var segments = 2
  var activation = "gelu"
  var hiddenDropout: Float = 0.1
  var attentionDropout: Float = 0.1
  /// `nil`: that of the hidden layers.
  var headDropout: Float?
  var epsilon: Float = 1e-12
}
