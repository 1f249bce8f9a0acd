import RefluxCore
import RefluxIO

/// The beginning of every encoder: its configuration, then its weights, and in the end what there is to say of them.
///
/// ```swift
/// var loading = try EncoderLoading(Self.family, options, context)
/// let scope = try loading.open()       // every layer asks it for its parameters
/// frame = try loading.finish()
/// ```
struct EncoderLoading {
  /// As the recipe and the task want it.
  var configuration: EncoderConfiguration
  /// The checkpoint's config.json; `nil` without a checkpoint.
  let fields: JSONFields?
  let layers: KeptLayers
  /// As the checkpoint has them.
  let storedLabels: [String]
  private let directory: String?
  private let context: BuildContext
  private var checkpoint: CheckpointParameters?

  /// Reads the configuration.
  ///
  /// Throws `FileError` and `RecipeError` about what is missing, unknown or does not fit.
  init(_ family: EncoderFamily, _ options: EncoderOptions, _ context: BuildContext) throws {
    guard options.segments == nil || family.keys.segments != nil else {
      throw RecipeError("segments: '\(family.type)' takes no notice of them")
    }
    directory = try options.checkpoint.map(context.checkpoint)
    fields = try directory.map { try ModelDirectory(context.configuration ?? $0).configuration() }
    var configuration =
      try fields.map { try EncoderConfiguration(family, $0) } ?? EncoderConfiguration(family, options)
    layers = try KeptLayers(options.layers, of: configuration.layers, in: directory)
    storedLabels = configuration.labels
    configuration.layers = layers.count
    try configuration.apply(options, context.task?.prediction)
    (self.configuration, self.context) = (configuration, context)
  }

  /// Where the layers get their parameters from, under the names transformers has for them.
  ///
  /// - Parameters:
  ///   - blocks: How many of the checkpoint's list of layers are used; all others are left alone.
  ///   - isIgnored: Further tensors that are left without a word.
  /// - Returns: What every layer asks for its parameters.
  /// - Throws: ``FileError`` about weights that are not there or broken; `RecipeError` if there is no memory for them.
  mutating func open(
    blocks: Int? = nil, ignoring isIgnored: @escaping (String) -> Bool = { _ in false }
  ) throws -> ParameterScope {
    guard let directory else {
      let (hidden, intermediate) = (configuration.hiddenSize, configuration.intermediateSize)
      return ParameterScope(
        try FreshParameters(
          context, matrices: [blocks ?? configuration.layers, hidden, 4 * hidden + 2 * intermediate]))
    }
    let family = configuration.family
    let rules = CheckpointParameters.Rules(
      prefix: family.prefix + ".", layers: (family.layerList, blocks ?? configuration.layers),
      optional: [family.pooler + ".", family.head + "."],
      replaceableHead: storedLabels.count == configuration.labels.count && context.configuration == nil
        ? nil : family.head + "."
    ) { Self.isBuffer($0) || isIgnored($0) }
    let source = CheckpointParameters(
      try WeightFiles(directory: directory), rules, seed: context.seed, on: context.backend)
    checkpoint = source
    return ParameterScope(source)
  }

  /// What old versions of transformers saved beside the weights.
  private static func isBuffer(_ name: String) -> Bool {
    name.hasSuffix("embeddings.position_ids") || name.hasSuffix("embeddings.token_type_ids")
  }

  /// What remains of the loading once every layer has its parameters.
  ///
  /// - Throws: ``FileError`` if the checkpoint lacks parts that must not be made up.
  func finish() throws -> EncoderFrame {
    let family = configuration.family
    var card = ModelCard(
      .encoder, type: family.type, layers: configuration.layers, hiddenSize: configuration.hiddenSize,
      vocabularySize: configuration.vocabularySize, maxPositions: configuration.longestRow,
      outputs: configuration.labels.count, checkpoint: directory)
    card.labels = configuration.labels
    card.picksRows = configuration.purpose == .choice
    card.hasFreshHead = true
    if let checkpoint {
      card.notes = try checkpoint.notes()
      card.hasFreshHead = checkpoint.isFresh(family.head + ".") || checkpoint.isFresh(family.pooler + ".")
      card.freshParameters = checkpoint.freshParameters
      card.checkpointLabels = storedLabels
      card.notes += layers.notes
      if !checkpoint.isFresh(family.head + ".") { card.notes += Self.renamed(storedLabels, configuration.labels) }
    }
    return EncoderFrame(card: card, configuration: configuration, backend: context.backend)
  }

  /// A note if a head is kept whose outputs the checkpoint gives other names: it may have them in another order.
  private static func renamed(_ old: [String], _ new: [String]) -> [String] {
    guard ModelCard.areNames(old), old.count == new.count, old != new else { return [] }
    return [
      "the checkpoint's outputs are \(old.joined(separator: ", ")); the task's are \(new.joined(separator: ", "))"
    ]
  }
}
