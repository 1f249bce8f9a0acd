import RefluxCore
import RefluxText

/// Scores a saved model on the splits of a task.
public struct Evaluation {
  private let task: any Task
  private let saved: SavedModel
  private let maxLength: Int
  private let batchSize: Int

  /// `maxLength` cuts longer rows, as in training.
  public init(_ task: any Task, _ saved: SavedModel, maxLength: Int, batchSize: Int) {
    (self.task, self.saved, self.maxLength, self.batchSize) = (task, saved, maxLength, batchSize)
  }

  /// Scores one split; answers go to a JSON-lines file if one is named.
  ///
  /// `report` is told about truncated rows (`note`) and, after every batch, how many examples are done.
  public func score(_ split: Split, answersTo path: String?, report: (RunEvent) throws -> Void) throws -> SplitScores {
    let data = try EncodedDataset(
      try task.examples(split), try saved.encoder(maxLength: maxLength), task.prediction,
      name: "the \(split.rawValue) split",
      progress: { try report(.tokenizing("the \(split.rawValue) split", done: $0, total: $1)) })
    for note in data.notes(maxLength: min(maxLength, saved.model.card.maxPositions)) {
      try report(.note("the \(split.rawValue) split: \(note)"))
    }
    var modules = ModuleSet()
    modules["student"] = saved.model
    let evaluator = Evaluator(task: task, modules: modules, batchSize: batchSize)
    let outcome = try evaluator.ask(
      { block, modules, pass in
        let student = try modules.model("student")
        return try student(block, &pass)
      }, about: data, scoring: true
    ) { done in
      try report(.evaluating(stage: "evaluate", split, done: done, total: data.count))
    }
    if let path { try AnswerFormat(task.prediction).write(outcome.answers, to: path) }
    return SplitScores(split: split, examples: data.count, loss: outcome.loss, scores: outcome.scores)
  }
}
