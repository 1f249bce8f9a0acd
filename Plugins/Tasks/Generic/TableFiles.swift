import RefluxCore

/// The files of a user's task by split.
struct TableFiles: Sendable {
  let task: String
  let files: [Split: String]
  let trainLimit: Int?
  let evaluationLimit: Int?

  init(
    task: String, _ paths: [(split: Split, path: String?)], trainLimit: Int?, evaluationLimit: Int?,
    _ context: BuildContext
  ) {
    files = Dictionary(
      uniqueKeysWithValues: paths.compactMap { split, path in path.map { (split, context.path($0)) } })
    (self.task, self.trainLimit, self.evaluationLimit) = (task, trainLimit, evaluationLimit)
  }

  var evaluationSplits: [Split] { files[.validation] == nil ? [] : [.validation] }

  func examples(_ split: Split, _ columns: TableColumns) throws -> [Example] {
    try examples(split, reading: columns.examples)
  }

  /// `read` is given a file and whether every row must have a label.
  func examples(_ split: Split, reading read: (String, Bool) throws -> [Example]) throws -> [Example] {
    guard [.train, .validation, .test, .unlabeled].contains(split) else {
      throw RecipeError(
        "the task '\(task)' has no split '\(split.rawValue)'; it has: train, validation, test, unlabeled")
    }
    guard let path = files[split] else {
      throw RecipeError("the task '\(task)' has no \(split.rawValue) file: add '\(split.rawValue): FILE' to it")
    }
    let needsLabels = split == .train || split == .validation
    let limit = split == .train ? trainLimit : evaluationLimit
    return Array(try read(path, needsLabels).prefix(limit ?? .max))
  }

  static func validate(metrics: [String]) throws {
    guard !metrics.isEmpty else { throw RecipeError("metrics: wants at least one") }
    guard Set(metrics).count == metrics.count else { throw RecipeError("metrics: one is given twice") }
  }

  static func validate(_ limits: [(name: String, value: Int?)], _ files: [String?]) throws {
    for (name, value) in limits {
      if let value, value < 1 { throw RecipeError("\(name) must be at least 1, but is \(value)") }
    }
    if files.allSatisfy({ $0 == nil }) {
      throw RecipeError("needs a file: one of train, validation, test, unlabeled")
    }
  }
}
