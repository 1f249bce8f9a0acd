import RefluxCore
import RefluxIO

/// Rows that a program hands in as JSON lines: `{"text", "text_pair"?}` or `{"input_ids", "token_type_ids"?}`.
///
/// Other keys are left alone.
public struct InputRows {
  private let lines: JSONLinesReader

  /// Opens a file; `-` is standard input.
  public init(_ path: String) throws { lines = try JSONLinesReader(path) }

  /// The next row with its line number, or `nil` after the last.
  ///
  /// Throws `FileError` naming file and line.
  public func next() throws -> (row: SourceRow, line: Int)? {
    guard let json = try lines.next() else { return nil }
    guard let row = json.object else { throw failure("wants an object, but is \(json.kind)") }
    return (try source(row), lines.line)
  }

  /// An error about the row last returned.
  public func failure(_ message: String) -> FileError { FileError(lines.path, line: lines.line, message) }

  private func source(_ row: JSONObject) throws -> SourceRow {
    switch (row["text"], row["input_ids"]) {
    case (nil, nil): throw failure("wants 'text' or 'input_ids', has \(row.keys.isEmpty ? "no keys" : names(row))")
    case (.some, .some): throw failure("has 'text' and 'input_ids'; wants one of them")
    case (.some(let text), nil):
      return .text(
        try string(text, "text"),
        pair: try row["text_pair"].flatMap { $0 == .null ? nil : $0 }.map { try string($0, "text_pair") })
    case (nil, .some(let ids)):
      return .tokens(
        ids: try integers(ids, "input_ids"),
        segments: try row["token_type_ids"].map { try integers($0, "token_type_ids") } ?? [])
    }
  }

  private func names(_ row: JSONObject) -> String { row.keys.map { "'\($0)'" }.joined(separator: ", ") }

  private func string(_ json: JSON, _ key: String) throws -> String {
    guard let text = json.string else { throw failure("'\(key)' wants a text, but is \(json.kind)") }
    return text
  }

  private func integers(_ json: JSON, _ key: String) throws -> [Int32] {
    guard let items = json.array else { throw failure("'\(key)' wants a list of integers, but is \(json.kind)") }
    return try items.map { item in
      guard let value = item.integer.flatMap(Int32.init(exactly:)) else {
        throw failure("'\(key)' wants a list of integers, but has \(item.text)")
      }
      return value
    }
  }
}
