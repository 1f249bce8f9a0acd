import RefluxCore
import RefluxIO

/// All of a DeBERTa, from the embeddings to the head.
struct DebertaBody<Projections: DisentangledProjections>: Module {
  private var embeddings: TokenEmbeddings
  private var encoder: DebertaEncoder<Projections>
  private var pooler: Pooler
  private var classifier: ClassificationHead

  /// Reads a checkpoint, or begins fresh with what `fresh` says in the place of config.json.
  static func load(
    _ family: EncoderFamily, fresh: JSON, _ options: EncoderOptions, _ context: BuildContext,
    _ projections: (ParameterScope, EncoderConfiguration, DebertaConfiguration) throws -> Projections
  ) throws -> (DebertaBody, EncoderFrame) {
    var loading = try EncoderLoading(family, options, context)
    if loading.fields == nil, let own = fresh.object { loading.configuration.own = own }
    let fields = try loading.fields ?? JSONFields(fresh, path: "a fresh \(family.type)")
    let (common, own) = (loading.configuration, try DebertaConfiguration(fields, loading.configuration))
    let scope = try loading.open {
      // Pre-training may leave a table that the model does not read.
      $0.hasSuffix("embeddings.position_embeddings.weight") && !own.hasAbsolutePositions
    }
    let body = try DebertaBody(scope, common, own) { try projections($0, common, own) }
    return (body, try loading.finish())
  }

  private init(
    _ scope: ParameterScope, _ common: EncoderConfiguration, _ own: DebertaConfiguration,
    _ projections: (ParameterScope) throws -> Projections
  ) throws {
    embeddings = try TokenEmbeddings(
      scope["deberta"]["embeddings"], common, width: own.embeddingSize, hasPositions: own.hasAbsolutePositions,
      isProjected: true)
    encoder = try DebertaEncoder(scope["deberta"]["encoder"], common, own, projections)
    pooler = try Pooler(
      scope["pooler"]["dense"], common, activation: own.poolerActivation, dropout: own.poolerDropout)
    classifier = try ClassificationHead(scope["classifier"], common)
  }

  mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("deberta.embeddings", &embeddings)
    visitor.visit("deberta.encoder", &encoder)
    visitor.visit("pooler.dense", &pooler)
    visitor.visit("classifier", &classifier)
  }

  func callAsFunction(_ input: TokenBlock, _ rows: PackedRows, _ pass: inout ForwardPass) -> ModelOutput {
    let states = encoder(embeddings(input, rows, &pass), rows, &pass)
    return states.output(pooler, classifier, &pass)
  }
}
