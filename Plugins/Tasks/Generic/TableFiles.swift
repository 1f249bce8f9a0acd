import RefluxCore
import RefluxIO

/// The files of a user's task by split.
struct TableFiles: Sendable {
  let task: String
  let files: [Split: String]
  private let known: [Split]
  private let limits: RowLimits

  init(task: String, _ options: some TableOptions, _ context: BuildContext) {
    let paths = options.files.paths
    files = Dictionary(
      uniqueKeysWithValues: paths.compactMap { split, path in path.map { (split, context.path($0)) } })
    (self.task, known, limits) = (task, paths.map(\.split), options.limits)
  }

  var evaluationSplits: [Split] { files[.validation] == nil ? [] : [.validation] }

  func examples(_ split: Split, _ columns: TableColumns) throws -> [Example] {
    try examples(split, reading: columns.examples)
  }

  /// `read` is given a file and whether every row must have a label.
  func examples(_ split: Split, reading read: (String, Bool) throws -> [Example]) throws -> [Example] {
    let needsLabels = split == .train || split == .validation
    return limits.first(try read(path(of: split), needsLabels), of: split)
  }

  /// Throws what reading a split would throw if it has no file, or one that is not there.
  func locate(_ split: Split) throws { _ = try LineReader(path(of: split)) }

  private func path(of split: Split) throws -> String {
    guard known.contains(split) else { throw RecipeError.noSplit(split, of: task, known: known) }
    guard let path = files[split] else {
      throw RecipeError("the task '\(task)' has no \(split.rawValue) file: add '\(split.rawValue): FILE' to it")
    }
    return path
  }
}
