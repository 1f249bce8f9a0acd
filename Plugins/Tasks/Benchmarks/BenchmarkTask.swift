import Foundation
import RefluxCore
import RefluxIO

/// A task that is described by a table.
protocol BenchmarkTask: Task where Options == BenchmarkOptions {
  static var benchmark: Benchmark { get }
  var source: BenchmarkSource { get }
  init(source: BenchmarkSource)
}

struct BenchmarkOptions: ComponentOptions {
  @Option("The directory that holds the task's folder of the official archive, or that folder itself.")
  var data: String
  @Option("Reads only so many rows of the training split, the first.") var trainLimit: Int? = nil
  @Option("Reads only so many rows of every other split, the first.") var evaluationLimit: Int? = nil

  func validate() throws {
    for (name, value) in [("train_limit", trainLimit), ("evaluation_limit", evaluationLimit)] {
      if let value, value < 1 { throw RecipeError("\(name) must be at least 1, but is \(value)") }
    }
  }
}

extension BenchmarkTask {
  static var name: String { benchmark.name }
  static var summary: String { benchmark.summary }
  static var form: PredictionForm? { benchmark.prediction.form }
  var prediction: PredictionKind { Self.benchmark.prediction }
  var evaluationSplits: [Split] { Self.benchmark.evaluationSplits }
  func metrics() -> [any Metric] { Self.benchmark.metrics.map { $0() } }
  func examples(_ split: Split) throws -> [Example] { try source.examples(split, Self.benchmark) }
  func locate(_ split: Split) throws { try source.locate(split, Self.benchmark) }

  init(_ options: BenchmarkOptions, _ context: inout BuildContext) {
    self.init(
      source: BenchmarkSource(
        directory: context.path(options.data), trainLimit: options.trainLimit,
        evaluationLimit: options.evaluationLimit))
  }
}

/// Where a benchmark's files are, and how much of them is read.
struct BenchmarkSource: Sendable {
  let directory: String
  let trainLimit: Int?
  let evaluationLimit: Int?

  /// Reads a split; the unlabelled one is what `train_limit` leaves of the training rows (with their labels, so that
  /// it can be said how often a guess was right), or else the test split.
  func examples(_ split: Split, _ benchmark: Benchmark) throws -> [Example] {
    switch split {
    case .train: try Array(read(.train, benchmark).prefix(trainLimit ?? .max))
    case .unlabeled:
      if let trainLimit {
        try Array(read(.train, benchmark).dropFirst(trainLimit))
      } else {
        try read(.test, benchmark)
      }
    default: try Array(read(split, benchmark).prefix(evaluationLimit ?? .max))
    }
  }

  /// Throws what ``examples(_:_:)`` would throw if a split has no file that is there.
  func locate(_ split: Split, _ benchmark: Benchmark) throws {
    let needed: Split = split != .unlabeled ? split : trainLimit == nil ? .test : .train
    _ = try file(of: needed, benchmark)
  }

  /// The first of a split's files that is there.
  ///
  /// - Throws: `RecipeError` for a split that the task does not have; ``FileError`` about missing files, with the places
  ///   that were looked at.
  private func file(of split: Split, _ benchmark: Benchmark) throws -> (source: BenchmarkFile, path: String) {
    guard let sources = benchmark.splits.first(where: { $0.split == split })?.sources else {
      let known = benchmark.splits.map(\.split.rawValue).joined(separator: ", ")
      throw RecipeError("the task '\(benchmark.name)' has no split '\(split.rawValue)'; it has: \(known)")
    }
    let places = sources.flatMap { source in
      [(source, "\(benchmark.folder)/\(source.name)"), (source, source.name)]
    }
    let isThere = { (path: String) in FileManager.default.fileExists(atPath: "\(directory)/\(path)") }
    guard let (source, path) = places.first(where: { isThere($0.1) }) else {
      throw FileError(
        directory,
        "the \(split.rawValue) split of '\(benchmark.name)' is not here; looked for "
          + places.map(\.1).joined(separator: ", "))
    }
    return (source, "\(directory)/\(path)")
  }

  /// Reads a split; throws `FileError` about missing files or a broken line too.
  private func read(_ split: Split, _ benchmark: Benchmark) throws -> [Example] {
    let (source, path) = try file(of: split, benchmark)
    return try rows(source, at: path).map { row in
      Example(
        rows: benchmark.rows(try source.texts.map(row.text)),
        label: try source.label.map { try benchmark.labels.label(row, $0) }, at: row.place)
    }
  }

  private func rows(_ source: BenchmarkFile, at path: String) throws -> [DataRow] {
    var file = try DataFile(path)
    file.header = source.header
    file.skipsBrokenLines = source.skipsBrokenLines
    let columns = source.texts + (source.label.map { [$0] } ?? [])
    guard let part = source.part else { return try file.rows(columns) }
    let listing = (path as NSString).deletingLastPathComponent + "/" + part.listedIn
    var ids = try DataFile(listing)
    ids.header = part.by
    let listed = try Set(ids.rows(part.by).map { row in try part.by.map(row.text) })
    return try file.rows(columns + part.by).filter { row in
      listed.contains(try part.by.map(row.text)) == part.isListed
    }
  }
}
