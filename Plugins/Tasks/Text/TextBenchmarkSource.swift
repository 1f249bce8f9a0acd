import Foundation
import RefluxCore
import RefluxIO

/// Where a benchmark's rows are.
struct TextBenchmarkFiles: Sendable {
  let folder: String
  /// Where each split may be, most usual first.
  let splits: [(split: Split, names: [String])]
  /// A file that holds every row, and how many of the first ones are for training; the others are the test split.
  var whole: (name: String, trainCount: Int)?
  /// Whether a file is one JSON list instead of JSON lines.
  var areLists = false
  let columns: [String]
  var optionalColumns: [String] = []
}

/// A benchmark's rows, with its templates.
struct TextBenchmarkSource<Benchmark: TextBenchmark>: Sendable {
  let directory: String
  let prompt: TextTemplate
  let response: TextTemplate
  let options: Benchmark.Options

  func prompt(_ question: WrittenQuestion) -> String { prompt.filled { question.texts[$0] ?? "" } }
  func response(_ question: WrittenQuestion) -> String { response.filled { question.texts[$0] ?? "" } }

  /// The rows of a split; the unlabelled one is what `train_limit` leaves of the training rows, or else the test split.
  func rows(_ split: Split) throws -> [DataRow] {
    switch split {
    case .train: return Array(try training().prefix(options.trainLimit ?? .max))
    case .validation where options.validationSize > 0:
      let rows = try read(.train)
      return Array(rows.suffix(try keptBack(rows)).prefix(options.evaluationLimit ?? .max))
    case .unlabeled:
      guard let limit = options.trainLimit else { return try read(.test) }
      return Array(try training().dropFirst(limit))
    default: return Array(try read(split).prefix(options.evaluationLimit ?? .max))
    }
  }

  private func training() throws -> [DataRow] {
    let rows = try read(.train)
    return rows.dropLast(try keptBack(rows))
  }

  private func keptBack(_ rows: [DataRow]) throws -> Int {
    guard options.validationSize < rows.count else {
      throw RecipeError(
        "validation_size keeps \(options.validationSize) rows back, and \(rows[0].path) has \(rows.count)")
    }
    return options.validationSize
  }

  /// Throws what ``rows(_:)`` would throw if a split has no file that is there.
  func locate(_ split: Split) throws {
    switch split {
    case .validation where options.validationSize > 0: _ = try file(of: .train)
    case .unlabeled: _ = try file(of: options.trainLimit == nil ? .test : .train)
    default: _ = try file(of: split)
    }
  }

  /// The first of a split's files that is there.
  ///
  /// - Throws: `RecipeError` for a split that the benchmark does not have; ``FileError`` about missing files, with the
  ///   places that were looked at.
  private func file(of split: Split) throws -> (path: String, isWhole: Bool) {
    let files = Benchmark.files
    let known: [Split] = [.train, .validation, .test]
    guard known.contains(split) else {
      throw RecipeError(
        "the task '\(Benchmark.name)' has no split '\(split.rawValue)'; it has: "
          + known.map(\.rawValue).joined(separator: ", "))
    }
    let names = files.splits.first { $0.split == split }?.names ?? []
    let whole = split == .validation ? nil : files.whole
    let places = (names + (whole.map { [$0.name] } ?? [])).flatMap { name in
      [(name, "\(files.folder)/\(name)"), (name, name)]
    }
    guard !places.isEmpty else {
      throw RecipeError("the task '\(Benchmark.name)' has no validation file; wants a validation_size above 0")
    }
    guard let (name, path) = places.first(where: { FileManager.default.fileExists(atPath: "\(directory)/\($0.1)") })
    else {
      throw FileError(
        directory,
        "the \(split.rawValue) split of '\(Benchmark.name)' is not here; looked for "
          + places.map(\.1).joined(separator: ", "))
    }
    return ("\(directory)/\(path)", name == whole?.name)
  }

  /// Reads a split; throws `FileError` about missing files or a broken line too.
  private func read(_ split: Split) throws -> [DataRow] {
    let (files, (path, isWhole)) = (Benchmark.files, try file(of: split))
    var file = try DataFile(path)
    file.isList = files.areLists
    let rows = try file.rows(files.columns, optional: files.optionalColumns)
    guard let whole = files.whole, isWhole else { return rows }
    return Array(split == .test ? rows.dropFirst(whole.trainCount) : rows.prefix(whole.trainCount))
  }
}
