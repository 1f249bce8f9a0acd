import RefluxCore
import RefluxIO

// When a stage is scored, and what becomes of the scores.
extension StageRun {
  /// Reads what the stage will be scored on: a broken row must not come to light after hours of training.
  func checkEvaluation() throws {
    for split in run.task.evaluationSplits { _ = try run.dataset(split) }
    if let wanted = plan.evaluation.bestScore { try checkScore(wanted) }
    guard plan.evaluation.loadsBest, run.task.evaluationSplits.isEmpty else { return }
    throw RecipeError(
      "load_best wants the weights that score best, but the task has nothing to score on; add a validation split to it"
        + " or leave load_best out")
  }

  /// Says before training that a score does not exist.
  private func checkScore(_ wanted: String) throws {
    let task = run.task as? any QuestionTask
    let answers = try task.map { try scoreNames($0) } ?? []
    let known = run.task.metrics().flatMap(\.scores).map(\.name) + (task?.answering.answers == .always ? answers : [])
    guard !known.contains(wanted) else { return }
    let hint = answers.contains(wanted) ? "; the questions are asked in it only with answers: always in the task" : ""
    throw RecipeError(
      "best_metric is '\(wanted)', but an evaluation of '\(type(of: run.task).name)' has: "
        + known.joined(separator: ", ") + hint)
  }

  /// The scores of a task's questions.
  private func scoreNames(_ task: any QuestionTask) throws -> [String] {
    let hasChoices = try task.evaluationSplits.contains { try task.questions($0).contains { $0.choice != nil } }
    let answers = task.answering.maxNewTokens > 0 ? AnswerScores().scores : []
    return (answers + (hasChoices ? ChoiceScores().scores : [])).map(\.name)
  }

  func isEvaluationDue(_ state: StageState) -> Bool {
    // What is scored at the end anyway need not be scored just before.
    if asksAtEnd, !keepsBest, state.progress.step == state.progress.totalSteps { return false }
    return plan.evaluation.isDue(state.progress) && position.evaluated?.step != state.progress.step
  }

  /// Whether the task's questions are asked when the stage ends, and not before.
  var asksAtEnd: Bool { (run.task as? any QuestionTask)?.answering.answers == .end }

  /// Ctrl-C in the middle of it saves the stage; the evaluation is done again when the run goes on.
  mutating func evaluateOrSave(_ state: StageState, isFinal: Bool = false) throws {
    do {
      try evaluate(state, isFinal: isFinal)
    } catch is Interrupted {
      throw try interrupted(state)
    }
  }

  private mutating func evaluate(_ state: StageState, isFinal: Bool) throws {
    let splits = try scores(state, isFinal: isFinal)
    position.evaluated = EvaluatedStep(step: state.progress.step, splits: splits)
    try write(splits, state.progress)
    guard let headline = position.evaluated?.headline(plan.evaluation.bestScore) else { return }
    // NaN (a correlation of constants) is never better.
    if headline > position.best?.metric ?? -.infinity {
      position.best = BestStep(step: state.progress.step, metric: headline)
    }
  }

  private func scores(_ state: StageState, isFinal: Bool) throws -> [SplitScores] {
    try run.task.evaluationSplits.map { split in
      try run.score(state.modules, state.objective.predict, split, stage: action.name, isFinal: isFinal)
    }
  }

  private mutating func write(_ splits: [SplitScores], _ progress: Progress) throws {
    for (index, scores) in splits.enumerated() {
      try run.metrics.write(JSONObject(head(progress) + scores.fields))
      history.add(scores, isFirst: index == 0, progress, stepsBefore: position.stepsBefore)
    }
  }

  /// For the predictions, and to ask the questions that wait for the end; the other scores are in the log already.
  mutating func evaluateAgain(_ state: StageState, step: Int) throws {
    let splits = try scores(state, isFinal: true)
    position.evaluated = EvaluatedStep(step: step, splits: splits)
    guard asksAtEnd else { return }
    var progress = state.progress
    progress.step = step
    try write(splits, progress)
  }
}
