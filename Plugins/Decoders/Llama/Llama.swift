import RefluxCore
import RefluxIO

/// LLaMA 1, 2 and 3 (Touvron et al., 2023; Dubey et al., 2024): a decoder that predicts the next token.
///
/// Parameters carry the names of transformers' `LlamaForCausalLM`.
struct Llama: Model {
  static let name = "llama"
  static let summary = "LLaMA decoder, versions 1 to 3, with its language-model head (Touvron et al., 2023)."

  private(set) var card: ModelCard
  private let configuration: LlamaConfiguration
  private let backend: any Backend
  private let rotary: RotaryEmbedding
  private let recomputes: Bool
  private var embeddings: Embedding
  private var layers: [DecoderLayer]
  private var norm: RMSNorm
  /// `nil` when the table of token vectors is the head too.
  private var head: OutputHead?

  init(_ options: LlamaOptions, _ context: inout BuildContext) throws {
    if let prediction = context.task?.prediction, prediction != .text {
      throw RecipeError("'llama' is a language model and has no head for classes or scores; this task needs an encoder")
    }
    let directory = try options.checkpoint.map(context.checkpoint)
    var configuration =
      try directory.map { try LlamaConfiguration(ModelDirectory(context.configuration ?? $0)) }
      ?? LlamaConfiguration(options)
    let kept = try KeptLayers(options.layers, of: configuration.layers, in: directory)
    configuration.layers = kept.count
    try configuration.apply(options, directory: directory)

    var checkpoint: CheckpointParameters?
    if let directory {
      let isTied = configuration.isTied
      var rules = CheckpointParameters.Rules(prefix: "model.", layers: ("layers", kept.count), optional: []) { name in
        name.hasSuffix("rotary_emb.inv_freq") || isTied && name == "lm_head.weight"
      }
      rules.keepsStoredTypes = context.keepsStoredTypes
      checkpoint = CheckpointParameters(
        try WeightFiles(directory: directory), rules, seed: context.seed, on: context.backend)
    }
    let scope = ParameterScope(try checkpoint ?? FreshParameters(context, matrices: configuration.layerMatrices))
    let (width, deviation) = (configuration.hiddenSize, configuration.initializerRange)
    embeddings = try Embedding(
      scope["model"]["embed_tokens"], ids: configuration.vocabularySize, width: width, padding: configuration.padding,
      deviation: deviation)
    layers = try (0..<configuration.layers).map { index in
      try DecoderLayer(scope["model"]["layers"]["\(index)"], configuration.layerShape, number: index)
    }
    norm = try RMSNorm(scope["model"]["norm"], width: width, epsilon: configuration.epsilon)
    head =
      configuration.isTied
      ? nil
      : try OutputHead(scope["lm_head"], vocabulary: configuration.vocabularySize, width: width, deviation: deviation)
    rotary = RotaryEmbedding(
      size: configuration.headSize, base: configuration.rotaryBase, scaling: configuration.scaling)
    (self.configuration, backend, recomputes) = (configuration, context.backend, options.recompute)

    card = ModelCard(
      .decoder, type: "llama", layers: configuration.layers, hiddenSize: width,
      vocabularySize: configuration.vocabularySize, maxPositions: configuration.longestRow,
      outputs: configuration.vocabularySize, checkpoint: directory)
    card.endTokens = configuration.endTokens
    if let checkpoint {
      card.notes = try checkpoint.notes() + kept.notes
      card.freshParameters = checkpoint.freshParameters
    }
  }

  mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("model.embed_tokens", &embeddings)
    visitor.visit("model.layers", &layers)
    visitor.visit("model.norm", &norm)
    guard var moved = head else { return visitor.share("lm_head.weight", with: "model.embed_tokens.weight") }
    head = nil
    visitor.visit("lm_head", &moved)
    head = moved
  }

  func callAsFunction(_ input: TokenBlock, _ pass: inout ForwardPass) throws -> ModelOutput {
    try input.check(
      vocabulary: configuration.vocabularySize, segments: .max, maxPositions: configuration.longestRow, outputs: 1)
    let cache = pass.cache
    let positions = input.positions(after: cache?.lengths)
    let asked = AskedPositions(input)
    let batch = DecoderRows(
      PackedRows(input.rows, counters: input.dropoutCounters, read: asked.places, on: backend),
      TokenRotation(rotary, positions: positions, rows: input.rows, on: backend), cache: cache)
    let keepsHidden = pass.wants.contains(.hiddenStates)

    var x = embeddings(input.ids)  // [tokens, hidden]
    var hiddenStates = keepsHidden ? [x] : []
    for (index, layer) in layers.enumerated() {
      let isLast = index == layers.count - 1
      x = layer(
        x, batch, readTokensOnly: isLast && !keepsHidden, recomputes: recomputes && pass.isTraining, &pass)
      if keepsHidden, !isLast { hiddenStates.append(x) }
    }
    cache?.advance(input.rows)
    if keepsHidden {
      hiddenStates.append(norm(x))
      x = x.rows(batch.rows.readTokens)
    }
    let hidden = norm(x)  // [positions, hidden]
    return ModelOutput(
      tokens: TokenPredictions(
        hidden: hidden, head: head?.weight ?? embeddings.weight, rows: asked.rows, targets: asked.targets),
      hiddenStates: hiddenStates)
  }

  func save(to directory: String) throws {
    try ModelDirectory(directory).write(
      configuration: configuration.json(embeddings.weight.dtype), parameters: parameters)
  }

  func saveConfiguration(to directory: String) throws {
    try ModelDirectory(directory).write(configuration: configuration.json(embeddings.weight.dtype))
  }
}

/// The matrix that turns hidden states into logits of the vocabulary.
private struct OutputHead: Module {
  var weight: Tensor  // [vocabulary, hidden]

  init(_ scope: ParameterScope, vocabulary: Int, width: Int, deviation: Float) throws {
    weight = try scope.parameter("weight", [vocabulary, width], .normal(deviation: deviation))
  }
  mutating func visit(_ visitor: inout ParameterVisitor) { visitor.visit("weight", &weight) }
}

extension LlamaConfiguration {
  /// What the recipe decides; the rest stays the checkpoint's.
  fileprivate mutating func apply(_ options: LlamaOptions, directory: String?) throws {
    if let wanted = options.maxPositions {
      guard wanted <= longestRow else {
        throw RecipeError("max_positions is \(wanted), and \(directory ?? "the model") reads \(longestRow)")
      }
      rowLimit = wanted
    }
    attentionDropout = options.attentionDropout ?? attentionDropout
  }
}
