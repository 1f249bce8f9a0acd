import RefluxCore

/// What the options of every task over a user's own files have.
protocol TableOptions: ComponentOptions {
  var train: String? { get }
  var validation: String? { get }
  var test: String? { get }
  var unlabeled: String? { get }
  var metrics: [Blueprint<any Metric>] { get }
  var trainLimit: Int? { get }
  var evaluationLimit: Int? { get }
}

extension TableOptions {
  /// Checks what all of them share; `written` is the list of metrics as it was given.
  func validateTable(scoring form: PredictionForm, written: RecipeNode?) throws {
    for (name, value) in [("train_limit", trainLimit), ("evaluation_limit", evaluationLimit)] {
      if let value, value < 1 { throw RecipeError("\(name) must be at least 1, but is \(value)") }
    }
    if [train, validation, test, unlabeled].allSatisfy({ $0 == nil }) {
      throw RecipeError("needs a file: one of train, validation, test, unlabeled")
    }
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
