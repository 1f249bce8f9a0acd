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

  func rows(_ split: Split) throws -> [DataRow] {
    try options.limits.benchmarkRows(of: split) { split in
      switch split {
      case .train: try training()
      case .validation where options.validationSize > 0: try keptBack()
      default: try read(split)
      }
    }
  }

  private func training() throws -> [DataRow] {
    let rows = try read(.train)
    return rows.dropLast(try checkedSize(rows))
  }

  private func keptBack() throws -> [DataRow] {
    let rows = try read(.train)
    return rows.suffix(try checkedSize(rows))
  }

  private func checkedSize(_ rows: [DataRow]) throws -> Int {
    guard options.validationSize < rows.count else {
      throw RecipeError(
        "validation_size keeps \(options.validationSize) rows back, and \(rows[0].path) has \(rows.count)")
    }
    return options.validationSize
  }

  /// Throws what ``rows(_:)`` would throw if a split has no file that is there.
  func locate(_ split: Split) throws {
    let source = options.limits.source(of: split)
    _ = try file(of: source == .validation && options.validationSize > 0 ? .train : source)
  }

  /// The first of a split's files that is there.
  ///
  /// - Throws: `RecipeError` for a split that the benchmark does not have; ``FileError`` about missing files.
  private func file(of split: Split) throws -> (path: String, isWhole: Bool) {
    let files = Benchmark.files
    let known: [Split] = [.train, .validation, .test]
    guard known.contains(split) else { throw RecipeError.noSplit(split, of: Benchmark.name, known: known) }
    let names = files.splits.first { $0.split == split }?.names ?? []
    let whole = split == .validation ? nil : files.whole
    guard !names.isEmpty || whole != nil else {
      throw RecipeError("the task '\(Benchmark.name)' has no validation file; wants a validation_size above 0")
    }
    let archive = ArchiveFolder(directory: directory, folder: files.folder, task: Benchmark.name)
    let (index, path) = try archive.first(of: names + (whole.map { [$0.name] } ?? []), for: split)
    return (path, index == names.count)
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
