import RefluxCore

/// BERT (Devlin et al., 2019) with a pooler and a head for classes, a score, or a choice between rows.
///
/// Parameters carry the names of transformers' `BertForSequenceClassification`.
struct Bert: Encoder {
  static let name = "bert"
  static let summary = "BERT encoder with a classification or regression head (Devlin et al., 2019)."
  static let family = EncoderFamily(type: "bert", className: "Bert", prefix: "bert", pooler: "bert.pooler")

  let frame: EncoderFrame
  private var embeddings: TokenEmbeddings
  private var layers: [TransformerLayer]
  private var pooler: Pooler
  private var classifier: ClassificationHead

  init(_ options: EncoderOptions, _ context: inout BuildContext) throws {
    var loading = try EncoderLoading(Self.family, options, context)
    let (scope, configuration) = (try loading.open(), loading.configuration)
    embeddings = try TokenEmbeddings(scope["bert"]["embeddings"], configuration)
    layers = try (0..<configuration.layers).map { index in
      try TransformerLayer(scope["bert"]["encoder"]["layer"]["\(index)"], configuration.layerShape, names: .bert)
    }
    pooler = try Pooler(scope["bert"]["pooler"]["dense"], configuration)
    classifier = try ClassificationHead(scope["classifier"], configuration)
    frame = try loading.finish()
  }

  mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("bert.embeddings", &embeddings)
    visitor.visit("bert.encoder.layer", &layers)
    visitor.visit("bert.pooler.dense", &pooler)
    visitor.visit("classifier", &classifier)
  }

  func encode(_ input: TokenBlock, _ rows: PackedRows, _ pass: inout ForwardPass) -> ModelOutput {
    var states = EncoderStates(embeddings(input, rows, &pass), rows, pass.wants)
    states.apply(layers.indices) { layers[$0]($1, rows, readTokensOnly: $2, &pass) }
    return states.output(pooler, classifier, &pass)
  }
}
