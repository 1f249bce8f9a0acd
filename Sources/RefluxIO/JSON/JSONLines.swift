#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The rows of a JSON-lines file: one JSON value on each line.
///
/// Blank lines are skipped, or are errors: where each line in has its line out, only the end of a file may be blank.
public struct JSONLinesReader {
  private let lines: LineReader
  private let refusesBlankLines: Bool
  public init(_ path: String, refusingBlankLines: Bool = false) throws {
    (lines, refusesBlankLines) = (try LineReader(path), refusingBlankLines)
  }

  public var path: String { lines.path }
  /// The line of the row last returned, from 1.
  public var line: Int { lines.number }

  /// The next row, or `nil` after the last.
  ///
  /// - Throws: ``FileError`` with the line's number: `rows.jsonl:3: not valid JSON: …`.
  public func next() throws -> JSON? {
    var blank: Int?
    while let text = try lines.next() {
      if text.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
        blank = blank ?? lines.number
        continue
      }
      if let blank, refusesBlankLines {
        throw FileError(lines.path, line: blank, "is blank, and every line wants a row")
      }
      return try JSON(parsing: text.utf8, name: lines.path, line: lines.number)
    }
    return nil
  }

  /// All rows with their line numbers.
  public static func read(_ path: String) throws -> [(line: Int, row: JSON)] {
    let reader = try JSONLinesReader(path)
    var rows: [(Int, JSON)] = []
    while let row = try reader.next() { rows.append((reader.line, row)) }
    return rows
  }
}

/// Writes JSON lines; each row is handed to the system at once, so that a reader sees it and a crash loses nothing.
public final class JSONLinesWriter {
  public let path: String
  private let descriptor: Int32

  /// Opens `path` (`-` is standard output) and empties it, unless `appending` (a resumed run).
  public init(_ path: String, appending: Bool = false) throws {
    self.path = path == "-" ? "standard output" : path
    let mode = appending ? O_APPEND : O_TRUNC
    descriptor = path == "-" ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_CLOEXEC | mode, 0o644)
    guard descriptor >= 0 else { throw FileError(path, "cannot be written: \(systemMessage())") }
  }

  deinit { if descriptor != STDOUT_FILENO { close(descriptor) } }

  public func write(_ row: JSON) throws {
    try Array((row.text + "\n").utf8).withUnsafeBytes { try writeAll($0, to: descriptor, path: path) }
  }

  /// Waits until every row is on disk.
  public func sync() throws {
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else {
      throw FileError(path, "cannot be written: \(systemMessage())")
    }
  }
}
