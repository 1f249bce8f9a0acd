import RefluxCore

/// ALBERT (Lan et al., 2020): narrow embeddings that are mapped to the hidden size, and layers that share their weights.
///
/// Parameters carry the names of transformers' `AlbertForSequenceClassification`.
struct Albert: Encoder {
  static let name = "albert"
  static let summary = "ALBERT encoder with a classification or regression head (Lan et al., 2020)."
  static let family = EncoderFamily(
    type: "albert", className: "Albert", prefix: "albert", layerList: "encoder.albert_layer_groups",
    pooler: "albert.pooler", keys: EncoderKeys(headDropout: "classifier_dropout_prob"), activation: "gelu_new",
    hiddenDropout: 0, attentionDropout: 0, headDropout: 0.1)

  let frame: EncoderFrame
  private var embeddings: TokenEmbeddings
  private var mapping: Linear
  private var groups: [AlbertGroup]
  /// The group that each layer is an application of.
  private let order: [Int]  // [layers]
  private var pooler: Pooler
  private var classifier: ClassificationHead

  init(_ options: AlbertOptions, _ context: inout BuildContext) throws {
    var loading = try EncoderLoading(Self.family, options.shared, context)
    var sharing = try loading.fields.map(AlbertSharing.init) ?? AlbertSharing(options)
    order = try sharing.keep(loading.layers)
    loading.configuration.own = sharing.json

    let configuration = loading.configuration
    let scope = try loading.open(blocks: sharing.groups)
    let encoder = scope["albert"]["encoder"]
    embeddings = try TokenEmbeddings(scope["albert"]["embeddings"], configuration, width: sharing.embeddingSize)
    mapping = try Linear(
      encoder["embedding_hidden_mapping_in"], inputs: sharing.embeddingSize, outputs: configuration.hiddenSize,
      deviation: configuration.initializerRange)
    groups = try (0..<sharing.groups).map { index in
      try AlbertGroup(
        encoder["albert_layer_groups"]["\(index)"]["albert_layers"], configuration, layers: sharing.innerLayers)
    }
    pooler = try Pooler(scope["albert"]["pooler"], configuration)
    classifier = try ClassificationHead(scope["classifier"], configuration)
    frame = try loading.finish()
  }

  mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("albert.embeddings", &embeddings)
    visitor.visit("albert.encoder.embedding_hidden_mapping_in", &mapping)
    visitor.visit("albert.encoder.albert_layer_groups", &groups)
    visitor.visit("albert.pooler", &pooler)
    visitor.visit("classifier", &classifier)
  }

  func encode(_ input: TokenBlock, _ rows: PackedRows, _ pass: inout ForwardPass) -> ModelOutput {
    var states = EncoderStates(mapping(embeddings(input, rows, &pass)), rows, pass.wants)
    states.apply(order) { groups[$0]($1, rows, readTokensOnly: $2, &pass) }
    return states.output(pooler, classifier, &pass)
  }
}

/// One or more transformer layers that are applied, and count, as one.
struct AlbertGroup: Module {
  private var layers: [TransformerLayer]

  init(_ scope: ParameterScope, _ configuration: EncoderConfiguration, layers count: Int) throws {
    var shape = configuration.layerShape
    shape.feedForwardDropout = 0
    layers = try (0..<count).map { try TransformerLayer(scope["\($0)"], shape, names: .albert) }
  }

  mutating func visit(_ visitor: inout ParameterVisitor) { visitor.visit("albert_layers", &layers) }

  /// `[tokens, hidden]` to `[tokens, hidden]`, or to `[rows, hidden]` with `readTokensOnly`.
  func callAsFunction(
    _ x: Tensor, _ rows: PackedRows, readTokensOnly: Bool, _ pass: inout some DropoutSites
  ) -> Tensor {
    layers.enumerated().reduce(x) { x, layer in
      layer.element(x, rows, readTokensOnly: readTokensOnly && layer.offset == layers.count - 1, &pass)
    }
  }
}
