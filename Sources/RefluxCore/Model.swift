/// A network: a function of its parameters and a block of tokens.
///
/// Encoders (BERT and its like) and decoders (LLaMA) differ in the shape of `logits` and in nothing that
/// the training loop looks at.
public protocol Model: Component, Module {
  var card: ModelCard { get }
  func callAsFunction(_ input: TokenBlock, _ pass: inout ForwardPass) throws -> ModelOutput
  /// Writes a directory that Hugging Face loads: `config.json` and `model.safetensors`.
  func save(to directory: String) throws
  /// Writes `config.json` alone.
  func saveConfiguration(to directory: String) throws
  /// Where ``save(to:)`` puts a parameter: the file, and its name in there.
  func place(ofParameter name: String) -> (file: String, name: String)
}

extension Model {
  public func place(ofParameter name: String) -> (file: String, name: String) { ("model.safetensors", name) }
}

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

/// How to run a model this time: dropout on or off, which intermediate results to keep.
public struct ForwardPass: DropoutSites {
  public struct Wants: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
    public static let hiddenStates = Wants(rawValue: 1), pooled = Wants(rawValue: 2)
  }
  public var isTraining: Bool
  public var wants: Wants
  /// Keys and values of the tokens before those of the block, for a decoder that goes on with text; it adds its own.
  public var cache: KeyValueCache?
  private var random: RandomSource

  /// `random` names the seed and the step; every dropout site of the pass takes the next key from it.
  public init(training: Bool, wants: Wants = [], random: RandomSource = RandomSource(seed: 0)) {
    (isTraining, self.wants, self.random) = (training, wants, random)
  }

  /// The next dropout site of this pass, or `nil` when nothing is dropped.
  ///
  /// A site takes a key whether it drops or not.
  public mutating func dropout(_ rate: Float) -> Dropout? {
    let key = random.next()
    return isTraining && rate > 0 ? Dropout(key: key, rate: rate) : nil
  }
}

public struct ModelOutput {
  public var logits: Tensor  // [examples, classes]
  public var hiddenStates: [Tensor]  // [tokens, hiddenSize]: embeddings, then one per layer; empty unless wanted
  public var pooled: Tensor?  // [rows, hiddenSize]
  /// What a language model says; `logits` is then `[examples, 0]`.
  public var tokens: TokenPredictions?
  public init(logits: Tensor, hiddenStates: [Tensor] = [], pooled: Tensor? = nil) {
    (self.logits, self.hiddenStates, self.pooled) = (logits, hiddenStates, pooled)
  }
  public init(tokens: TokenPredictions, hiddenStates: [Tensor] = []) {
    logits = Tensor([], [tokens.rows.rowCount, 0], on: tokens.hidden.backend)
    (self.hiddenStates, self.tokens) = (hiddenStates, tokens)
  }
  public var detached: ModelOutput {
    var output = ModelOutput(
      logits: logits.detached, hiddenStates: hiddenStates.map(\.detached), pooled: pooled?.detached)
    output.tokens = tokens?.detached
    return output
  }
}

/// The networks of a run by name, such as `student`, `teacher` and `student.projection`.
public struct ModuleSet {
  private var modules: [String: any Module] = [:]
  public init() {}

  public subscript(name: String) -> (any Module)? {
    get { modules[name] }
    set { modules[name] = newValue }
  }

  /// Sorted.
  public var names: [String] { modules.keys.sorted() }

  public func model(_ name: String) throws -> any Model {
    guard let model = modules[name] as? any Model else { throw missing(name) }
    return model
  }

  private func missing(_ name: String) -> RecipeError {
    let present = modules.keys.sorted().joined(separator: ", ")
    return RecipeError("this strategy needs a model called '\(name)'; the run has: \(present)")
  }

  /// Differentiates a scalar with respect to some of the modules.
  ///
  /// They are tracked inside `body`; all others are constants.
  public func valueAndGradient<Extra>(
    of names: [String], _ body: (ModuleSet) throws -> (Tensor, Extra)
  ) throws -> (extra: Extra, gradients: [String: Parameters]) {
    let boxed = Boxed(
      modules: try names.map { name in
        guard let module = modules[name] else { throw missing(name) }
        return module
      })
    var extra: Extra?
    let (_, gradient) = try RefluxTensor.valueAndGradient(of: boxed) { tracked in
      var set = self
      for (name, module) in zip(names, tracked.modules) { set.modules[name] = module }
      let (loss, rest) = try body(set)
      extra = rest
      return loss
    }
    let gradients = names.enumerated().map { ($1, gradient.removingPrefix("\($0).")) }
    return (extra!, Dictionary(uniqueKeysWithValues: gradients))
  }
}

/// Differentiates a scalar with respect to one model of any type.
public func valueAndGradient(
  of model: any Model, createGraph: Bool = false, _ body: (any Model) throws -> Tensor
) rethrows -> (value: Tensor, gradient: Parameters) {
  try model.openedValueAndGradient(createGraph: createGraph, body)
}
extension Model {
  fileprivate func openedValueAndGradient(
    createGraph: Bool, _ body: (any Model) throws -> Tensor
  ) rethrows -> (value: Tensor, gradient: Parameters) {
    try RefluxTensor.valueAndGradient(of: self, createGraph: createGraph) { try body($0) }
  }
}

/// Several modules of any types as one module.
///
/// They go by their number: of two names, such as `student` and `student.projection`, one may begin with the other.
private struct Boxed: Module {
  var modules: [any Module]
  mutating func visit(_ visitor: inout ParameterVisitor) {
    for index in modules.indices { modules[index].visit(as: String(index), &visitor) }
  }
}
extension Module {
  fileprivate mutating func visit(as name: String, _ visitor: inout ParameterVisitor) { visitor.visit(name, &self) }
}
