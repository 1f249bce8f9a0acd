import RefluxCore
import RefluxText

extension Run {
  /// Tokenizes examples for the student; says how many rows were cut.
  func encoded(_ examples: [Example], name: String) throws -> any Dataset {
    guard let limits = rowLimits else { throw RecipeError("a run needs a model called 'student' to make its data for") }
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
    for name in modules.names {
      for note in (modules[name] as? any Model)?.card.notes ?? [] { try notify(.note("\(name): \(note)")) }
    }
  }

  /// Scores a way of answering on a split and writes the answers to `predictions/`.
  func score(_ modules: ModuleSet, _ predict: Predictor, _ split: Split, stage: String) throws -> SplitScores {
    let data = try dataset(split)
    guard data.count > 0 else { throw RecipeError("the \(split.rawValue) split has no examples to score on") }
    let outcome = try evaluator(modules).ask(predict, about: data, scoring: true) { done in
      try stopIfWanted()
      try notify(.evaluating(stage: stage, split, done: done, total: data.count))
    }
    try AnswerFormat(task.prediction).write(outcome.answers, to: "\(directory.predictions)/\(split.rawValue).jsonl")
    try notify(.evaluated(stage: stage, split, scores: outcome.scores))
    return SplitScores(split: split, examples: data.count, loss: outcome.loss, scores: outcome.scores)
  }
}
