import RefluxCore
import RefluxIO
import RefluxText

/// A run that is about to begin: a checked recipe and how it is carried out.
public struct RunSetup {
  /// The resolved recipe, as `recipe.yaml` will hold it.
  public var recipe: String
  public var seed: UInt64
  public var backend: any Backend
  /// Longest row in tokens, the student's positions if that is less; `nil`: what suits the task.
  public var maxLength: Int?
  /// Rows of an evaluation batch.
  public var evaluationBatchSize = 64
  public var observers: [any Observer] = []
  public var interruption = Interruption()
  /// Loads everything; called once, when it is clear that the run may begin.
  let build: () throws -> RunParts

  public init(
    recipe: String, seed: UInt64, backend: any Backend, maxLength: Int? = nil, build: @escaping () throws -> RunParts
  ) {
    (self.recipe, self.seed, self.backend, self.maxLength) = (recipe, seed, backend, maxLength)
    self.build = build
  }

  /// The run of a recipe; `checkpoints` finds those that are not paths.
  public init(_ recipe: Recipe, on backend: any Backend, checkpoints: CheckpointFinder? = nil) {
    self.init(recipe: recipe.resolvedText, seed: recipe.seed, backend: backend, maxLength: recipe.maxLength) {
      let built = try recipe.build(on: backend, checkpoints: checkpoints)
      var parts = RunParts(task: built.task, modules: built.modules, strategy: built.strategy)
      try parts.findTokenizer()
      return parts
    }
    evaluationBatchSize = recipe.evaluationBatchSize
  }
}

/// What a recipe names, built.
public struct RunParts {
  public var task: any Task
  /// By role: `student` and perhaps `teacher`.
  public var modules: ModuleSet
  public var strategy: any Strategy
  /// `nil` when the data is tokenized already.
  public var tokenizer: (any Tokenizer)?
  /// What tells the tokenizer from others; `nil` when its work is not kept in the run's cache.
  public var tokenizerFingerprint: String?
  public init(task: any Task, modules: ModuleSet, strategy: any Strategy, tokenizer: (any Tokenizer)? = nil) {
    (self.task, self.modules, self.strategy, self.tokenizer) = (task, modules, strategy, tokenizer)
  }

  /// Takes that of the student's checkpoint; without a checkpoint the one of the task's own language, if it has one.
  fileprivate mutating func findTokenizer() throws {
    let loader = TokenizerLoader()
    if let checkpoint = (modules[ModelRole.student] as? any Model)?.card.checkpoint {
      tokenizer = try loader.loadIfPresent(checkpoint)
      tokenizerFingerprint = try tokenizer.map { _ in try loader.fingerprint(of: checkpoint) }
    } else if let words = task.words {
      tokenizer = try WordPieceTokenizer(Vocabulary(words: words), source: "the task's words")
      tokenizerFingerprint = TokenizerLoader.fingerprint(words: words)
    }
  }
}
