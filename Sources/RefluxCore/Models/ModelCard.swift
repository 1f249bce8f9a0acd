/// The facts others need to check before they combine two models.
public struct ModelCard: Sendable {
  public enum Family: String, Sendable { case encoder, decoder }
  public var family: Family
  /// The configuration's `model_type`, such as `bert`.
  public var type: String
  public var layers: Int
  public var hiddenSize: Int
  public var vocabularySize: Int
  public var maxPositions: Int
  /// Outputs of the head.
  public var outputs: Int
  /// What the outputs mean (`id2label`), where the checkpoint says so; otherwise empty.
  public var labels: [String] = []
  /// What the checkpoint calls the outputs that its head was trained for, whatever the task calls them; empty: nothing.
  public var checkpointLabels: [String] = []
  /// Whether the head, or the pooler below it, has random weights: the answers mean nothing before it is trained.
  public var hasFreshHead = false
  /// Parameters that did not come from the checkpoint, if there was one.
  public var freshParameters: [String] = []
  /// Whether the one output scores a row among several that one is picked of (multiple choice).
  public var picksRows = false
  /// The directory that the weights and the tokenizer came from, if there was one.
  public var checkpoint: String?
  /// The ids that end a text, as a language model's configuration names them.
  public var endTokens: [Int32] = []
  /// What was noticed while loading: missing and unexpected tensors, a fresh head.
  public var notes: [String] = []
  public init(
    _ family: Family, type: String, layers: Int, hiddenSize: Int, vocabularySize: Int, maxPositions: Int, outputs: Int,
    checkpoint: String? = nil
  ) {
    (self.family, self.type, self.layers, self.hiddenSize) = (family, type, layers, hiddenSize)
    (self.vocabularySize, self.maxPositions) = (vocabularySize, maxPositions)
    (self.outputs, self.checkpoint) = (outputs, checkpoint)
  }

  /// What transformers calls outputs that nobody has named: `LABEL_0`, `LABEL_1`.
  public static func defaultLabels(_ count: Int) -> [String] { (0..<count).map { "LABEL_\($0)" } }

  /// Whether somebody has named the outputs.
  public static func areNames(_ labels: [String]) -> Bool { labels != defaultLabels(labels.count) }

  /// The ids that end a text: those that the configuration names, and the tokenizer's.
  public func endTokens(with tokenizer: (any Tokenizer)?) -> Set<Int32> {
    Set(endTokens + [tokenizer?.endToken].compactMap { $0 })
  }

  /// Throws `RecipeError` saying why a language model cannot go on with ids: `has no tokens to go on with`.
  public func checkPrompt(_ ids: [Int32]) throws {
    guard !ids.isEmpty else { throw RecipeError("has no tokens to go on with") }
    guard ids.count < maxPositions else {
      throw RecipeError("has \(ids.count) tokens and leaves no room for more: the model reads \(maxPositions)")
    }
  }
}
