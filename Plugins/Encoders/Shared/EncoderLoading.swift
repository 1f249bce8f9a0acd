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
  /// As the checkpoint has it.
  let stored: (layers: Int, labels: [String])
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
    stored = (configuration.layers, configuration.labels)
    try configuration.apply(options, context.task?.prediction, directory: directory)
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
      let fresh = FreshParameters(seed: context.seed, on: context.backend)
      let (hidden, intermediate) = (configuration.hiddenSize, configuration.intermediateSize)
      // The matrices of the layers: before the first of them fills the memory.
      do {
        try fresh.checkRoom(for: [blocks ?? configuration.layers, hidden, 4 * hidden + 2 * intermediate])
      } catch let error as ModelTooLarge { throw RecipeError(error.description) }
      return ParameterScope(fresh)
    }
    let (family, kept) = (configuration.family, blocks ?? configuration.layers)
    let rules = CheckpointParameters.Rules(
      prefix: family.prefix + ".", optional: [family.pooler + ".", family.head + "."],
      replaceableHead: stored.labels.count == configuration.labels.count && context.configuration == nil
        ? nil : family.head + "."
    ) { Self.isLeftOver($0, family, kept: kept) || isIgnored($0) }
    let source = CheckpointParameters(
      try WeightFiles(directory: directory), rules, seed: context.seed, on: context.backend)
    checkpoint = source
    return ParameterScope(source)
  }

  /// Buffers, and the layers behind the kept ones.
  private static func isLeftOver(_ name: String, _ family: EncoderFamily, kept: Int) -> Bool {
    if name.hasSuffix("embeddings.position_ids") || name.hasSuffix("embeddings.token_type_ids") { return true }
    let bare = name.hasPrefix(family.prefix + ".") ? name.dropFirst(family.prefix.count + 1) : name[...]
    let list = family.layerList + "."
    guard bare.hasPrefix(list), let index = Int(bare.dropFirst(list.count).prefix { $0 != "." }) else { return false }
    return index >= kept
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
      card.checkpointLabels = stored.labels
      if stored.layers > configuration.layers {
        card.notes.append("the first \(configuration.layers) of the checkpoint's \(stored.layers) layers are kept")
      }
      if !checkpoint.isFresh(family.head + ".") { card.notes += Self.renamed(stored.labels, configuration.labels) }
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
