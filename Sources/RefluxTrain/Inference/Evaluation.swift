import RefluxCore
import RefluxText

/// Scores a saved model on the splits of a task.
public struct Evaluation {
  private let task: any Task
  private let saved: SavedModel
  private let maxLength: Int?
  private let batchSize: Int
  private let maxNewTokens: Int?

  /// `maxLength` cuts longer rows, as in training, where `nil` is what suits the task; `maxNewTokens` bounds answers in
  /// words instead of what the task says.
  public init(_ task: any Task, _ saved: SavedModel, maxLength: Int?, batchSize: Int, maxNewTokens: Int? = nil) {
    (self.task, self.saved, self.maxLength, self.batchSize) = (task, saved, maxLength, batchSize)
    self.maxNewTokens = maxNewTokens
  }

  /// Scores one split by its labels and, if the task asks questions, by what the model answers to them; answers go to a
  /// JSON-lines file if one is named.
  ///
  /// `report` is told about truncated rows (`note`) and, after every batch, how many examples are done.
  public func score(_ split: Split, answersTo path: String?, report: (RunEvent) throws -> Void) throws -> SplitScores {
    let encoder = try saved.encoder(maxLength: saved.model.card.rowLimit(maxLength, for: task.prediction))
    let data = try EncodedDataset(
      try task.examples(split), encoder, task.prediction,
      name: "the \(split.rawValue) split",
      progress: { try report(.tokenizing("the \(split.rawValue) split", done: $0, total: $1)) })
    for note in data.notes(maxLength: encoder.maxLength) {
      try report(.note("the \(split.rawValue) split: \(note)"))
    }
    var modules = ModuleSet()
    modules[ModelRole.student] = saved.model
    let evaluator = Evaluator(task: task, modules: modules, batchSize: batchSize)
    let outcome = try evaluator.ask(
      { block, modules, pass in
        let student = try modules.model(ModelRole.student)
        return try student(block, &pass)
      }, about: data, scoring: true
    ) { done in
      try report(.evaluating(stage: "evaluate", split, done: done, total: data.count))
    }
    let questions = try questions.map { ($0.task.answers, try $0.ask(split, stage: "answers", report: report)) }
    if let path {
      try AnswerFormat(task.prediction).write(outcome.answers, questions.map { ($0, $1.responses) }, to: path)
    }
    return SplitScores(
      split: split, examples: data.count, questions: questions?.1.asked, loss: outcome.loss,
      scores: outcome.scores + (questions?.1.scores ?? []))
  }

  private var questions: QuestionEvaluation? {
    (task as? any QuestionTask).map {
      QuestionEvaluation(
        task: $0, saved: saved, maxNewTokens: maxNewTokens ?? $0.answering.maxNewTokens, batchSize: batchSize)
    }
  }
}
