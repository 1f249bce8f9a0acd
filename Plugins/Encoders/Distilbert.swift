import RefluxCore

/// DistilBERT (Sanh et al., 2019): BERT's layers under other names, no segments, no pooler, and a head of two layers.
///
/// Parameters carry the names of transformers' `DistilBertForSequenceClassification`.
struct Distilbert: Encoder {
  static let name = "distilbert"
  static let summary = "DistilBERT encoder with a classification or regression head (Sanh et al., 2019)."
  static let family = EncoderFamily(
    type: "distilbert", className: "DistilBert", prefix: "distilbert", layerList: "transformer.layer",
    pooler: "pre_classifier", keys: .distilbert, statesPositionType: false, segments: 0, headDropout: 0.2)

  let frame: EncoderFrame
  private var embeddings: TokenEmbeddings
  private var layers: [TransformerLayer]
  /// The head's first layer.
  private var pooler: Pooler
  private var classifier: ClassificationHead

  init(_ options: EncoderOptions, _ context: inout BuildContext) throws {
    var loading = try EncoderLoading(Self.family, options, context)
    let (scope, configuration) = (try loading.open(), loading.configuration)
    let shape = Self.layerShape(configuration)
    embeddings = try TokenEmbeddings(scope["distilbert"]["embeddings"], configuration)
    layers = try (0..<configuration.layers).map { index in
      try TransformerLayer(scope["distilbert"]["transformer"]["layer"]["\(index)"], shape, names: .distilbert)
    }
    pooler = try Pooler(scope["pre_classifier"], configuration, activation: .relu)
    classifier = try ClassificationHead(scope["classifier"], configuration)
    frame = try loading.finish()
  }

  /// Nothing is dropped behind attention.
  static func layerShape(_ configuration: EncoderConfiguration) -> TransformerLayer.Shape {
    var shape = configuration.layerShape
    shape.hiddenDropout = 0
    return shape
  }

  mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("distilbert.embeddings", &embeddings)
    visitor.visit("distilbert.transformer.layer", &layers)
    visitor.visit("pre_classifier", &pooler)
    visitor.visit("classifier", &classifier)
  }

  func encode(_ input: TokenBlock, _ rows: PackedRows, _ pass: inout ForwardPass) -> ModelOutput {
    var states = EncoderStates(embeddings(input, rows, &pass), rows, pass.wants)
    states.apply(layers.indices) { layers[$0]($1, rows, readTokensOnly: $2, &pass) }
    return states.output(pooler, classifier, &pass)
  }
}

extension EncoderKeys {
  /// The LayerNorm epsilon is fixed, and there is no second segment.
  fileprivate static let distilbert = EncoderKeys(
    hiddenSize: "dim", intermediateSize: "hidden_dim", layers: "n_layers", heads: "n_heads", activation: "activation",
    hiddenDropout: "dropout", attentionDropout: "attention_dropout", headDropout: "seq_classif_dropout", epsilon: nil,
    segments: nil)
}

extension TransformerLayer.Names {
  static let distilbert = TransformerLayer.Names(
    query: "attention.q_lin", key: "attention.k_lin", value: "attention.v_lin",
    block: PostNormBlock.Names(
      attentionOutput: "attention.out_lin", attentionNorm: "sa_layer_norm", up: "ffn.lin1", down: "ffn.lin2",
      outputNorm: "output_layer_norm"))
}
