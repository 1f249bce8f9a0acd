import RefluxCore
import RefluxIO

/// What config.json says of an encoder, as far as all families have it.
struct EncoderConfiguration {
  let family: EncoderFamily
  var vocabularySize: Int
  var hiddenSize: Int
  var layers: Int
  var heads: Int
  var intermediateSize: Int
  /// Rows of the table of positions.
  var maxPositions = 512
  /// Kinds of tokens; 0: the model takes no notice of them.
  var segments: Int
  /// The id whose embedding is never trained.
  var padding: Int?
  /// `hidden_act`, and the name it had.
  var activation: NamedActivation
  var hiddenDropout: Float
  var attentionDropout: Float
  /// Dropout before the head; `nil`: that of the hidden layers.
  var headDropout: Float?
  var epsilon: Float
  var initializerRange: Float = 0.02
  /// One name for each output of the head.
  var labels = ModelCard.defaultLabels(2)
  /// What the head is for; `nil` where nobody said.
  var purpose: Purpose?
  /// What only this family has, as config.json spells it.
  var own = JSONObject()
  /// Everything the file said, to be written again.
  var source = JSONObject()

  enum Purpose { case classes, score, choice }

  /// From the sizes in a recipe (already validated), for training from scratch.
  init(_ family: EncoderFamily, _ options: EncoderOptions) {
    self.family = family
    (vocabularySize, hiddenSize) = (options.vocabularySize ?? 0, options.hiddenSize ?? 0)
    (layers, heads) = (options.layers ?? 0, options.heads ?? 0)
    intermediateSize = options.intermediateSize ?? 4 * hiddenSize
    segments = options.segments ?? family.segments
    padding = family.padding
    activation = NamedActivation(family.activation) ?? NamedActivation(kind: .gelu, name: "gelu")
    (hiddenDropout, attentionDropout) = (family.hiddenDropout, family.attentionDropout)
    (headDropout, epsilon) = (family.headDropout, family.epsilon)
    maxPositions = (options.maxPositions ?? maxPositions) + firstPosition
    initializerRange = options.initializerRange ?? initializerRange
  }

  /// The row of the table of positions that the first token has.
  var firstPosition: Int { family.countsPositionsFromPadding ? (padding ?? 0) + 1 : 0 }
  /// Tokens of the longest row.
  var longestRow: Int { maxPositions - firstPosition }
  /// The rate before the head.
  var dropoutBeforeHead: Float { headDropout ?? hiddenDropout }

  var layerShape: TransformerLayer.Shape {
    TransformerLayer.Shape(
      hiddenSize: hiddenSize, heads: heads, intermediateSize: intermediateSize, activation: activation.kind,
      hiddenDropout: hiddenDropout, attentionDropout: attentionDropout, epsilon: epsilon, deviation: initializerRange)
  }
}
