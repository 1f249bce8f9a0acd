import RefluxCore
import RefluxIO

/// Rows that a program hands in as JSON lines: `{"text", "text_pair"?}` or `{"input_ids", "token_type_ids"?}`.
///
/// For a model that picks one of several texts: `{"text", "choices"}`, each choice the second text of a row, or the ids
/// of all rows, `{"input_ids": [[…], […]], "token_type_ids"?}`. Other keys are left alone, but `choices` is refused where rows
/// are no choices.
public struct InputRows {
  private let lines: JSONLinesReader
  private let areChoices: Bool

  /// Opens a file; `-` is standard input.
  public init(_ path: String, choices: Bool = false) throws {
    (lines, areChoices) = (try JSONLinesReader(path, refusingBlankLines: true), choices)
  }

  /// What the next line asks about, or `nil` after the last: one row, or the rows of a choice.
  ///
  /// Throws `FileError` naming file and line.
  public func next() throws -> [SourceRow]? {
    guard let json = try lines.next() else { return nil }
    guard let row = json.object else { throw failure("wants an object, but is \(json.kind)") }
    guard areChoices || row["choices"] ?? .null == JSON.null else {
      throw failure("'choices' is for a model that picks one of several texts; here a row is one text or a pair")
    }
    switch (row["text"], row["input_ids"]) {
    case (nil, nil): throw failure("wants 'text' or 'input_ids', has \(row.keys.isEmpty ? "no keys" : names(row))")
    case (.some, .some): throw failure("has 'text' and 'input_ids'; wants one of them")
    case (.some(let text), nil): return try texts(string(text, "text"), row)
    case (nil, .some(let ids)): return try tokens(ids, row["token_type_ids"])
    }
  }

  /// An error about the line last returned.
  public func failure(_ message: String) -> FileError { FileError(lines.path, line: lines.line, message) }

  private func texts(_ text: String, _ row: JSONObject) throws -> [SourceRow] {
    if areChoices {
      guard let choices = row["choices"] else { throw noChoices("'choices', a list of texts") }
      return try several(choices, "choices").map { .text(text, pair: try string($0, "choices")) }
    }
    guard let pair = row["text_pair"], pair != JSON.null else { return [.text(text)] }
    return [.text(text, pair: try string(pair, "text_pair"))]
  }

  private func tokens(_ ids: JSON, _ segments: JSON?) throws -> [SourceRow] {
    guard areChoices else {
      let segments = try segments.map { try integers($0, "token_type_ids") } ?? []
      return [.tokens(ids: try integers(ids, "input_ids"), segments: segments)]
    }
    guard ids.array?.first?.array != nil else { throw noChoices("'input_ids' with a list for each of them") }
    let rows = try several(ids, "input_ids").map { try integers($0, "input_ids") }
    let kinds = try segments.map { try several($0, "token_type_ids").map { try integers($0, "token_type_ids") } }
    guard kinds?.count ?? rows.count == rows.count else {
      throw failure("'input_ids' has \(rows.count) lists and 'token_type_ids' \(kinds?.count ?? 0)")
    }
    return rows.indices.map { .tokens(ids: rows[$0], segments: kinds?[$0] ?? []) }
  }

  private func noChoices(_ wanted: String) -> FileError {
    failure("this model picks one of several texts: wants \(wanted)")
  }

  private func several(_ json: JSON, _ key: String) throws -> [JSON] {
    guard let items = json.array else { throw failure("'\(key)' wants a list, but is \(json.kind)") }
    guard items.count > 1 else { throw failure("'\(key)' wants at least two to pick from, but has \(items.count)") }
    return items
  }

  private func names(_ row: JSONObject) -> String { row.keys.map { "'\($0)'" }.joined(separator: ", ") }

  private func string(_ json: JSON, _ key: String) throws -> String {
    guard let text = json.string else { throw failure("'\(key)' wants a text, but is \(json.kind)") }
    return text
  }

  private func integers(_ json: JSON, _ key: String) throws -> [Int32] { try json.integers(key, failure) }
}
