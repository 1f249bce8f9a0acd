import RefluxCore
import RefluxIO

/// BERT (Devlin et al., 2019) with a pooler and a head for classes, a score, or a choice between rows.
///
/// Parameters carry the names of transformers' `BertForSequenceClassification`.
struct Bert: Model {
  static let name = "bert"
  static let summary = "BERT encoder with a classification or regression head (Devlin et al., 2019)."

  private(set) var card: ModelCard
  private let configuration: BertConfiguration
  private let backend: any Backend
  private var embeddings: BertEmbeddings
  private var layers: [TransformerLayer]
  private var pooler: Pooler
  private var classifier: ClassificationHead

  init(_ options: BertOptions, _ context: inout BuildContext) throws {
    let directory = try options.checkpoint.map(context.checkpoint)
    var configuration =
      try directory.map { try BertConfiguration(ModelDirectory($0).configuration()) }
      ?? BertConfiguration(options)
    let stored = (layers: configuration.layers, labels: configuration.labels)
    try configuration.apply(options, context.task?.prediction, directory: directory)

    var checkpoint: CheckpointParameters?
    if let directory {
      let kept = configuration.layers
      let rules = CheckpointParameters.Rules(
        prefix: "bert.", optional: ["bert.pooler.", "classifier."],
        replaceableHead: stored.labels.count == configuration.labels.count ? nil : "classifier."
      ) { Self.isIgnored($0, keptLayers: kept) }
      checkpoint = CheckpointParameters(
        try WeightFiles(directory: directory), rules, seed: context.seed, on: context.backend)
    }
    let scope = ParameterScope(checkpoint ?? FreshParameters(seed: context.seed, on: context.backend))
    embeddings = try BertEmbeddings(scope["bert"]["embeddings"], configuration)
    layers = try (0..<configuration.layers).map { index in
      try TransformerLayer(
        scope["bert"]["encoder"]["layer"]["\(index)"], configuration.layerShape, names: .bert)
    }
    pooler = try Pooler(
      scope["bert"]["pooler"], width: configuration.hiddenSize, deviation: configuration.initializerRange)
    classifier = try ClassificationHead(
      scope["classifier"], width: configuration.hiddenSize, outputs: configuration.labels.count,
      dropout: configuration.classifierDropout ?? configuration.hiddenDropout,
      deviation: configuration.initializerRange)

    (self.configuration, backend) = (configuration, context.backend)
    card = ModelCard(
      .encoder, type: "bert", layers: configuration.layers, hiddenSize: configuration.hiddenSize,
      vocabularySize: configuration.vocabularySize, maxPositions: configuration.maxPositions,
      outputs: configuration.labels.count, checkpoint: directory)
    card.labels = configuration.labels
    card.notes = try checkpoint?.notes() ?? []
    card.hasFreshHead = checkpoint.map { $0.isFresh("classifier.") || $0.isFresh("bert.pooler.") } ?? true
    card.checkpointLabels = checkpoint == nil ? [] : stored.labels
    if checkpoint != nil, stored.layers > configuration.layers {
      card.notes.append("the first \(configuration.layers) of the checkpoint's \(stored.layers) layers are kept")
    }
    if checkpoint?.missing.contains("classifier.weight") == false {
      card.notes += Self.renamed(stored.labels, configuration.labels)
    }
  }

  /// A note if a head is kept whose outputs the checkpoint gives other names: it may have them in another order.
  private static func renamed(_ old: [String], _ new: [String]) -> [String] {
    let hasNames = old.enumerated().contains { $0.element != "LABEL_\($0.offset)" }
    guard hasNames, old.count == new.count, old != new else { return [] }
    return [
      "the checkpoint's outputs are \(old.joined(separator: ", ")); the task's are \(new.joined(separator: ", "))"
    ]
  }

  /// Buffers, and the layers behind the kept ones.
  private static func isIgnored(_ name: String, keptLayers: Int) -> Bool {
    if name.hasSuffix("embeddings.position_ids") || name.hasSuffix("embeddings.token_type_ids") { return true }
    let bare = name.hasPrefix("bert.") ? name.dropFirst(5) : name[...]
    guard bare.hasPrefix("encoder.layer."), let index = Int(bare.dropFirst(14).prefix { $0 != "." }) else {
      return false
    }
    return index >= keptLayers
  }

  mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("bert.embeddings", &embeddings)
    visitor.visit("bert.encoder.layer", &layers)
    visitor.visit("bert.pooler", &pooler)
    visitor.visit("classifier", &classifier)
  }

  func callAsFunction(_ input: TokenBlock, _ pass: inout ForwardPass) throws -> ModelOutput {
    try input.check(
      vocabulary: configuration.vocabularySize, segments: configuration.segments,
      maxPositions: configuration.maxPositions, outputs: card.outputs)
    let rows = PackedRows(input.rows, counters: input.dropoutCounters, on: backend)
    let keepsHidden = pass.wants.contains(.hiddenStates)

    var x = embeddings(input, rows, &pass)  // [tokens, hidden]
    var hiddenStates = keepsHidden ? [x] : []
    for (index, layer) in layers.enumerated() {
      let isLast = index == layers.count - 1
      x = layer(x, rows, firstTokensOnly: isLast && !keepsHidden, &pass)  // the last one: [rows, hidden]
      if keepsHidden { hiddenStates.append(x) }
    }
    let pooled = pooler(keepsHidden ? x.rows(rows.firstTokens) : x)  // [rows, hidden]
    var logits = classifier(pooled, rows, &pass)  // [rows, outputs]
    if input.choices > 1 { logits = logits.reshaped([input.exampleCount, input.choices]) }
    return ModelOutput(
      logits: logits, hiddenStates: hiddenStates, pooled: pass.wants.contains(.pooled) ? pooled : nil)
  }

  func save(to directory: String) throws {
    try ModelDirectory(directory).write(configuration: configuration.json, parameters: parameters)
  }
}

extension BertConfiguration {
  /// What the recipe and the task decide; the rest stays the checkpoint's.
  fileprivate mutating func apply(_ options: BertOptions, _ prediction: PredictionKind?, directory: String?) throws {
    if let wanted = options.layers {
      guard wanted <= layers else {
        throw RecipeError("layers is \(wanted), and \(directory ?? "the model") has \(layers)")
      }
      layers = wanted
    }
    hiddenDropout = options.hiddenDropout ?? hiddenDropout
    attentionDropout = options.attentionDropout ?? attentionDropout
    classifierDropout = options.classifierDropout ?? classifierDropout

    if let prediction {
      guard prediction != .text else {
        throw RecipeError("the task predicts text, which needs a decoder such as 'llama'; 'bert' is an encoder")
      }
      if let outputs = options.outputs, outputs != prediction.outputs {
        throw RecipeError("outputs is \(outputs), and the task needs \(prediction.outputs)")
      }
      switch prediction {
      case .classes(let names): (labels, purpose) = (names, .classes)
      case .score: (labels, purpose) = (["LABEL_0"], .score)
      case .choice: (labels, purpose) = (["LABEL_0"], .choice)
      case .text: break
      }
    } else if let outputs = options.outputs, outputs != labels.count {
      labels = (0..<outputs).map { "LABEL_\($0)" }
      purpose = nil
    }
  }
}
