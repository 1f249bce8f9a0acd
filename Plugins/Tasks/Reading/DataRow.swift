import RefluxCore
import RefluxIO

/// One row of a data file: the values of the columns that were asked for.
struct DataRow {
  let path: String
  /// From 1.
  let line: Int
  let columns: [String]
  /// In the order of `columns`; `nil` where the row has no such column.
  let values: [JSON?]

  var place: FilePlace { FilePlace(path, line: line) }

  func error(_ message: String) -> FileError { FileError(path, line: line, message) }

  subscript(column: String) -> JSON? {
    guard let index = columns.firstIndex(of: column), let value = values[index], value != .null else { return nil }
    return value
  }

  /// A column that must be there and hold text.
  func text(_ column: String) throws -> String {
    guard let value = self[column] else { throw error("'\(column)' is missing") }
    guard let text = value.string else { throw error("'\(column)' wants a text, but is \(value.kind)") }
    return text
  }

  /// A column that must hold a list of integers if it is there.
  func integers(_ column: String) throws -> [Int32]? { try self[column]?.integers(column, error) }
}
