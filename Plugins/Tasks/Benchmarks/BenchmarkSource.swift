import RefluxCore
import RefluxIO

/// Where a benchmark's files are, and how much of them is read.
struct BenchmarkSource: Sendable {
  let directory: String
  let limits: RowLimits

  func examples(_ split: Split, _ benchmark: Benchmark) throws -> [Example] {
    try limits.benchmarkRows(of: split) { try read($0, benchmark) }
  }

  /// Throws what ``examples(_:_:)`` would throw if a split has no file that is there.
  func locate(_ split: Split, _ benchmark: Benchmark) throws { _ = try file(of: limits.source(of: split), benchmark) }

  /// The first of a split's files that is there.
  ///
  /// - Throws: `RecipeError` for a split that the task does not have; ``FileError`` about missing files.
  private func file(of split: Split, _ benchmark: Benchmark) throws -> (source: BenchmarkFile, path: String) {
    guard let sources = benchmark.splits.first(where: { $0.split == split })?.sources else {
      throw RecipeError.noSplit(split, of: benchmark.name, known: benchmark.splits.map(\.split))
    }
    let archive = ArchiveFolder(directory: directory, folder: benchmark.folder, task: benchmark.name)
    let (index, path) = try archive.first(of: sources.map(\.name), for: split)
    return (sources[index], path)
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
    let listing = "\(Directory.parent(of: path))/\(part.listedIn)"
    var ids = try DataFile(listing)
    ids.header = part.by
    let listed = try Set(ids.rows(part.by).map { row in try part.by.map(row.text) })
    return try file.rows(columns + part.by).filter { row in
      listed.contains(try part.by.map(row.text)) == part.isListed
    }
  }
}
