import RefluxCore
import RefluxText

extension Run {
  /// Tokenizes examples for the student; says how many rows were cut.
  func encoded(_ examples: [Example], name: String) throws -> any Dataset {
    guard let limits = rowLimits else {
      throw RecipeError("a run needs a model called '\(ModelRole.student)' to make its data for")
    }
    let encoder = try RowEncoder(
      tokenizer, vocabularySize: limits.vocabularySize, maxLength: limits.maxLength)
    let cache = tokenizerFingerprint.map { TokenCache(directory.cache, tokenizer: $0) }
    let data = try EncodedDataset(examples, encoder, task.prediction, name: name, cache: cache) { done, total in
      try stopIfWanted()
      try notify(.tokenizing(name, done: done, total: total))
    }
    for note in data.notes(maxLength: encoder.maxLength) { try notify(.note("\(name): \(note)")) }
    return data
  }

  /// What was noticed while the models were loaded.
  func reportModels() throws {
    if let asked = setup.maxLength, let limit = rowLimits?.maxLength, asked > limit {
      try notify(.note("max_length is \(asked), and the student reads \(limit) tokens: no row has more"))
    }
    for name in modules.names {
      for note in (modules[name] as? any Model)?.card.notes ?? [] { try notify(.note("\(name): \(note)")) }
    }
  }

  /// Scores a way of answering on a split and writes the answers to `predictions/`.
  ///
  /// If the task asks questions, the student answers them, where they are due: always, or if this `isFinal`.
  func score(
    _ modules: ModuleSet, _ predict: Predictor, _ split: Split, stage: String, isFinal: Bool
  ) throws -> SplitScores {
    let data = try dataset(split)
    guard data.count > 0 else { throw RecipeError("the \(split.rawValue) split has no examples to score on") }
    let outcome = try evaluator(modules).ask(predict, about: data, scoring: true) { done in
      try stopIfWanted()
      try notify(.evaluating(stage: stage, split, done: done, total: data.count))
    }
    let questions = try questions(modules, isFinal: isFinal).map {
      ($0.task.answers, try $0.ask(split, stage: stage, report: notifyOnce, between: stopIfWanted))
    }
    try AnswerFormat(task.prediction).write(
      outcome.answers, questions.map { ($0, $1.responses) }, to: "\(directory.predictions)/\(split.rawValue).jsonl")
    let scores = outcome.scores + (questions?.1.scores ?? [])
    try notify(.evaluated(stage: stage, split, scores: scores))
    return SplitScores(
      split: split, examples: data.count, questions: questions?.1.asked, loss: outcome.loss, scores: scores)
  }

  private func questions(_ modules: ModuleSet, isFinal: Bool) throws -> QuestionEvaluation? {
    guard let task = task as? any QuestionTask else { return nil }
    let options = task.answering
    guard options.answers == .always || options.answers == .end && isFinal else { return nil }
    let student = SavedModel(try modules.model(ModelRole.student), tokenizer, directory: directory.path)
    return QuestionEvaluation(
      task: task, saved: student, maxNewTokens: options.maxNewTokens, batchSize: setup.evaluationBatchSize,
      limit: options.answerLimit)
  }
}
