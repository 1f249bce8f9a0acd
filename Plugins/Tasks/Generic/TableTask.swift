import RefluxCore

/// What the options of every task over a user's own files have.
protocol TableOptions: ComponentOptions {
  var files: TableFileOptions { get }
  var metrics: [Blueprint<any Metric>] { get }
  var limits: RowLimits { get }
}

extension TableOptions {
  /// Checks the scores; `written` is the list as it was given.
  func validateMetrics(scoring form: PredictionForm, written: RecipeNode?) throws {
    guard !metrics.isEmpty else { throw RecipeError("metrics: wants at least one") }
    guard Set(metrics.map(\.name)).count == metrics.count else { throw RecipeError("metrics: one is given twice") }
    try metrics.check(scoring: form, written: written)
  }
}

/// A task over a user's own files.
protocol TableTask: Task where Options: TableOptions {
  var files: TableFiles { get }
  var scores: [any Metric] { get }
}

extension TableTask {
  var evaluationSplits: [Split] { files.evaluationSplits }
  func locate(_ split: Split) throws { try files.locate(split) }
  func metrics() -> [any Metric] { scores }
}
