import RefluxCore
import RefluxIO

/// The columns of a user's table, and how its rows become examples.
///
/// A row has text (`text`, perhaps `text_pair`) or, in JSON lines, tokens (`input_ids`, perhaps `token_type_ids`).
struct TableColumns: Sendable {
  var text: String
  /// `nil`: `text_pair`, if there is such a column.
  var textPair: String?
  var label: String
  var labels: LabelReader

  /// Reads a file; with `needsLabels`, a row without a label is an error.
  ///
  /// - Throws: ``FileError`` with the line of the first row that is not as it should be.
  func examples(_ path: String, needsLabels: Bool) throws -> [Example] {
    try rows(path, needsLabels: needsLabels).map { row in
      Example(rows: [try sourceRow(row)], label: try label(row, isNeeded: needsLabels), at: row.place)
    }
  }

  /// The rows of a file with every column that may be of use; with `needsLabels`, a table must have that of the labels.
  func rows(_ path: String, needsLabels: Bool) throws -> [DataRow] {
    let file = try DataFile(path)
    let pair = textPair ?? "text_pair"
    if file.format == .jsonLines {
      return try file.rows([], optional: [text, pair, label, "labels", "input_ids", "token_type_ids"])
    }
    let needed = [text] + (textPair.map { [$0] } ?? []) + (needsLabels ? [label] : [])
    return try file.rows(needed, optional: (textPair == nil ? [pair] : []) + (needsLabels ? [] : [label]))
  }

  /// What the row says its label is: pre-tokenized data often calls it `labels`.
  func labelColumn(_ row: DataRow) -> String { row[label] == nil && row["labels"] != nil ? "labels" : label }

  private func label(_ row: DataRow, isNeeded: Bool) throws -> Label? {
    let column = labelColumn(row)
    guard row[column] != .string("") else {
      if isNeeded { throw row.error("'\(column)' is empty") }
      return nil
    }
    return row[column] == nil && !isNeeded ? nil : try labels.label(row, column)
  }

  private func sourceRow(_ row: DataRow) throws -> SourceRow {
    guard row["input_ids"] != nil, row[text] == nil else {
      let hasPair = textPair != nil || row["text_pair"] != nil
      return .text(try row.text(text), pair: hasPair ? try row.text(textPair ?? "text_pair") : nil)
    }
    return .tokens(ids: try row.integers("input_ids") ?? [], segments: try row.integers("token_type_ids") ?? [])
  }
}
