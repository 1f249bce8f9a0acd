import RefluxCore
import RefluxText

extension Recipe {
  /// Builds what a run needs; models are loaded when the run begins.
  ///
  /// Throws `RecipeError` and the errors of file formats, for what only shows when files are opened.
  public func setup(on backend: any Backend) throws -> RunSetup {
    var context = BuildContext(seed: seed, backend: backend)
    let task = try task.build(&context)
    context.task = task
    let strategy = try strategy.build(&context)
    var setup = RunSetup(
      recipe: resolvedText, seed: seed, task: task, strategy: strategy, backend: backend,
      tokenizer: try tokenizer(for: task, context), maxLength: maxLength
    ) { [models, context] in
      var context = context
      return try models.map { role, model in (role, try model.build(&context)) }
    }
    setup.evaluationBatchSize = evaluationBatchSize
    return setup
  }

  /// The student's; without a checkpoint the one of the task's own language, if it has one.
  private func tokenizer(for task: any Task, _ context: BuildContext) throws -> (any Tokenizer)? {
    let student = models.first { $0.role == "student" }?.model.recipe
    if let checkpoint = student?["checkpoint"]?.text { return try TokenizerLoader().load(context.path(checkpoint)) }
    guard let words = task.words else { return nil }
    return try WordPieceTokenizer(Vocabulary(words: words), source: "the task's words")
  }
}
