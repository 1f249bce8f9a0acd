import RefluxCore
import RefluxIO
import RefluxText

/// A fine-tuned model in a directory, ready to answer.
public struct SavedModel {
  public let model: any Model
  public let tokenizer: (any Tokenizer)?
  public let directory: String

  /// A model that is there already; `directory` is what messages call it.
  init(_ model: any Model, _ tokenizer: (any Tokenizer)?, directory: String) {
    (self.model, self.tokenizer, self.directory) = (model, tokenizer, directory)
  }

  /// Loads a model directory, an adapter directory with the model that it names, or what a run directory ends with.
  ///
  /// With `adapter`, `directory` is the model underneath; `checkpoints` finds those that are not paths. Answers mean
  /// nothing with a head of random weights, so that is refused where the head is needed. Throws `FileError` and
  /// `RecipeError` naming what is missing or does not fit.
  public init(
    _ directory: String, adapter: String? = nil, registry: Registry, task: (any Task)? = nil, on backend: any Backend,
    needsHead: Bool = true, checkpoints: CheckpointFinder? = nil
  ) throws {
    func found(_ name: String) throws -> String { try checkpoints?(name, name) ?? name }
    let directory = Self.modelDirectory(try found(directory))
    let adapter =
      try adapter.map { Self.modelDirectory(try found($0)) }
      ?? (AdapterDirectory.isAdapter(directory) ? directory : nil)
    let base = try adapter == directory ? found(AdapterDirectory(directory).base()) : directory
    let recipe = try Self.recipe(base, adapter.map(AdapterDirectory.init))
    var context = BuildContext(task: task, backend: backend)
    context.keepsStoredTypes = true
    model = try Blueprint<any Model>(recipe, OptionScope(registry)).build(&context)
    if needsHead { try Self.checkHead(model.card, adapter ?? directory, task?.prediction) }
    tokenizer = try adapter.flatMap { try TokenizerLoader().loadIfPresent($0) } ?? TokenizerLoader().loadIfPresent(base)
    self.directory = adapter ?? directory
  }

  /// How a recipe would name the model.
  private static func recipe(_ base: String, _ adapter: AdapterDirectory?) throws -> RecipeNode {
    let model: RecipeNode = ["type": "auto", "checkpoint": RecipeNode(stringLiteral: base)]
    guard let adapter else { return model }
    let fields = try adapter.configuration()
    let kind = try fields.required("peft_type", fields.string).lowercased()
    let adapted = model.setting(
      "adapter", to: ["type": RecipeNode(stringLiteral: kind), "checkpoint": RecipeNode(stringLiteral: adapter.path)])
    // What PEFT wrote does not say how many outputs its model has; the head that comes with it does.
    guard adapter.modelConfiguration == nil, let outputs = try adapter.headOutputs() else { return adapted }
    return adapted.setting("outputs", to: RecipeNode(.scalar(String(outputs))))
  }

  /// Answers mean nothing with a head of random weights, and something else with classes in another order.
  private static func checkHead(_ card: ModelCard, _ directory: String, _ prediction: PredictionKind?) throws {
    guard !card.hasFreshHead else {
      throw FileError(directory, "has no trained head for this task: \(card.notes.joined(separator: "; "))")
    }
    guard case .classes(let names)? = prediction else { return }
    let (trained, wanted) = (card.checkpointLabels.map { $0.lowercased() }, names.map { $0.lowercased() })
    guard trained != wanted, trained.sorted() == wanted.sorted() else { return }
    throw FileError(
      directory,
      "its classes are \(card.checkpointLabels.joined(separator: ", ")), the task's \(names.joined(separator: ", ")); "
        + "they must be in the same order")
  }

  /// The tokenizer of a model directory, without its model.
  public static func tokenizer(of directory: String) throws -> any Tokenizer {
    try TokenizerLoader().load(modelDirectory(directory))
  }

  static func modelDirectory(_ directory: String) -> String {
    let files = [ModelFile.configuration, AdapterDirectory.configurationFile]
    func holdsModel(_ path: String) -> Bool { files.contains { Directory.isTaken("\(path)/\($0)") } }
    return !holdsModel(directory) && holdsModel("\(directory)/model") ? "\(directory)/model" : directory
  }

  /// What the head says: classes by name, or, if it has one output, a number or which row of several is right.
  public var prediction: PredictionKind {
    // How many there are to pick from is the rows' business.
    if model.card.picksRows { return .choice(count: 0) }
    return model.card.outputs == 1
      ? .score
      : .classes(
        model.card.labels.count == model.card.outputs
          ? model.card.labels : ModelCard.defaultLabels(model.card.outputs))
  }

  /// Turns rows into what the model reads; longer ones are cut to its positions, or to `maxLength` if that is less.
  public func encoder(maxLength: Int? = nil) throws -> RowEncoder {
    try RowEncoder(
      tokenizer, vocabularySize: model.card.vocabularySize,
      maxLength: min(maxLength ?? model.card.maxPositions, model.card.maxPositions))
  }

  /// The logits of examples, in order; those of a choice are its rows' one after the other.
  public func logits(_ examples: [[EncodedRow]], batchSize: Int = 64) throws -> [[Float]] {
    var rest = try rowLogits(examples.flatMap { $0 }, batchSize: batchSize)[...]
    return examples.map { rows in
      defer { rest = rest.dropFirst(rows.count) }
      return rest.prefix(rows.count).flatMap { $0 }
    }
  }

  private func rowLogits(_ rows: [EncodedRow], batchSize: Int) throws -> [[Float]] {
    var answers = [[Float]](repeating: [], count: rows.count)
    for indices in batchesOfLikeLength(rows.map(\.ids.count), atMost: batchSize) {
      let chosen = indices.map { rows[$0] }
      let block = TokenBlock(
        ids: chosen.flatMap(\.ids), segments: chosen.flatMap(\.segments),
        rows: RowOffsets(lengths: chosen.map(\.ids.count)))
      var pass = ForwardPass(training: false)
      let logits = try model(block, &pass).logits
      let (values, width) = (logits.floats, logits.shape[1])
      for (place, index) in indices.enumerated() { answers[index] = Array(values[place * width..<(place + 1) * width]) }
    }
    return answers
  }
}
