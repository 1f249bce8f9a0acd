import RefluxCore

/// RoBERTa (Liu et al., 2019): BERT's layers with positions that are counted from behind the padding token's, no second
/// segment, no pooler, and a head of two layers.
///
/// Parameters carry the names of transformers' `RobertaForSequenceClassification`; for a choice those of
/// `RobertaForMultipleChoice`, which has BERT's pooler and head.
struct Roberta: Encoder {
  static let name = "roberta"
  static let summary = "RoBERTa encoder with a classification or regression head (Liu et al., 2019)."
  static let family = EncoderFamily(
    type: "roberta", className: "Roberta", prefix: "roberta", pooler: "roberta.pooler",
    countsPositionsFromPadding: true, padding: 1, segments: 1)

  let frame: EncoderFrame
  private var embeddings: TokenEmbeddings
  private var layers: [TransformerLayer]
  /// The head's first layer, or the pooler of a choice.
  private var pooler: Pooler
  private var classifier: ClassificationHead
  private let head: (pooler: String, output: String)

  init(_ options: EncoderOptions, _ context: inout BuildContext) throws {
    var loading = try EncoderLoading(Self.family, options, context)
    let (scope, configuration) = (try loading.open(), loading.configuration)
    let choosing = configuration.purpose == .choice
    head =
      choosing ? ("roberta.pooler.dense", "classifier") : ("classifier.dense", "classifier.out_proj")
    embeddings = try TokenEmbeddings(scope["roberta"]["embeddings"], configuration)
    layers = try (0..<configuration.layers).map { index in
      try TransformerLayer(scope["roberta"]["encoder"]["layer"]["\(index)"], configuration.layerShape, names: .bert)
    }
    pooler = try Pooler(
      scope[head.pooler], configuration, dropout: choosing ? nil : configuration.dropoutBeforeHead)
    classifier = try ClassificationHead(scope[head.output], configuration)
    frame = try loading.finish()
  }

  mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("roberta.embeddings", &embeddings)
    visitor.visit("roberta.encoder.layer", &layers)
    visitor.visit(head.pooler, &pooler)
    visitor.visit(head.output, &classifier)
  }

  func encode(_ input: TokenBlock, _ rows: PackedRows, _ pass: inout ForwardPass) -> ModelOutput {
    var states = EncoderStates(embeddings(input, rows, &pass), rows, pass.wants)
    states.apply(layers.indices) { layers[$0]($1, rows, readTokensOnly: $2, &pass) }
    return states.output(pooler, classifier, &pass)
  }
}
