import RefluxIO

/// A file of rows, read by what its name ends with: `.csv`, `.tsv`/`.txt`, `.jsonl`/`.json`.
struct DataFile: Sendable {
  /// How the rows of a file are written.
  enum Format: Sendable { case csv, tsv, jsonLines }

  let path: String
  let format: Format
  /// The columns' names if the first line does not have them.
  var header: [String]?
  /// Whether a line with another number of columns is passed over instead of being an error.
  var skipsBrokenLines = false
  /// Whether a JSON file is one list of rows instead of a row on each line.
  var isList = false

  /// Recognises the format.
  ///
  /// - Throws: ``FileError`` if the name's ending says nothing.
  init(_ path: String) throws {
    let formats: [(ending: String, format: Format)] = [
      (".csv", .csv), (".tsv", .tsv), (".txt", .tsv), (".jsonl", .jsonLines), (".json", .jsonLines),
    ]
    guard let format = formats.first(where: { path.hasSuffix($0.ending) })?.format else {
      throw FileError(path, "what it holds is not clear; wants a name that ends with .csv, .tsv, .txt, .jsonl or .json")
    }
    (self.path, self.format) = (path, format)
  }

  /// Reads every row: the `columns`, which must all be there, and the `optional` ones, which need not.
  ///
  /// - Throws: ``FileError`` with the line: not UTF-8, a wrong number of columns, a missing column, nothing at all.
  func rows(_ columns: [String], optional: [String] = []) throws -> [DataRow] {
    let rows =
      switch format {
      case .csv: try table(CSVReader(path), columns, optional)
      case .tsv: try table(TSVReader(path), columns, optional)
      case .jsonLines: try jsonRows(columns, optional)
      }
    guard !rows.isEmpty else { throw FileError(path, "has no rows") }
    return rows
  }

  private func jsonRows(_ columns: [String], _ optional: [String]) throws -> [DataRow] {
    let wanted = columns + optional
    return try (isList ? JSONListReader.read(path) : JSONLinesReader.read(path)).map { line, json in
      guard let object = json.object else { throw FileError(path, line: line, "wants an object, but is \(json.kind)") }
      let row = DataRow(path: path, line: line, columns: wanted, values: wanted.map { object[$0] })
      if let missing = columns.first(where: { row[$0] == nil }) { throw row.error("'\(missing)' is missing") }
      return row
    }
  }

  private func table(_ source: any TableReader, _ columns: [String], _ optional: [String]) throws -> [DataRow] {
    var source = source
    guard let names = try header ?? source.next() else { throw FileError(path, "is empty") }
    if let missing = columns.first(where: { !names.contains($0) }) {
      throw FileError(
        path, line: 1, "has no column '\(missing)'; there are: \(names.joined(separator: ", "))")
    }
    let wanted = columns + optional.filter(names.contains)
    if let twice = wanted.first(where: { name in names.count { $0 == name } > 1 }) {
      throw FileError(path, line: 1, "has the column '\(twice)' twice")
    }
    let places = wanted.compactMap { names.firstIndex(of: $0) }
    var rows: [DataRow] = []
    while let fields = try source.next() {
      if format == .tsv, names.count > 1, fields == [""] { continue }
      guard fields.count == names.count else {
        if skipsBrokenLines { continue }
        throw FileError(path, line: source.line, "has \(fields.count) columns, but wants \(names.count)")
      }
      rows.append(
        DataRow(path: path, line: source.line, columns: wanted, values: places.map { .string(fields[$0]) }))
    }
    return rows
  }
}

/// Reads a table row by row.
protocol TableReader {
  /// The line on which the row last returned begins, from 1.
  var line: Int { get }
  mutating func next() throws -> [String]?
}
