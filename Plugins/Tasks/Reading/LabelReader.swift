import RefluxCore
import RefluxIO

/// Turns what a file says into a label.
enum LabelReader: Sendable {
  /// The words that files use for each class, in order of the classes.
  case words([String])
  /// The names of the classes, or their numbers.
  case names([String])
  case score

  func label(_ row: DataRow, _ column: String) throws -> Label {
    guard let value = row[column] else { throw row.error("'\(column)' is missing") }
    switch self {
    case .score:
      guard let number = value.number ?? value.string.flatMap(Double.init), number.isFinite else {
        throw row.error("'\(column)' wants a number, but is \(Self.quoted(value))")
      }
      guard Float(number).isFinite else { throw row.error("'\(column)' is too large: \(Self.quoted(value))") }
      return .score(Float(number))
    case .words(let words):
      guard let word = Self.word(value), let index = words.firstIndex(of: word) else {
        throw row.error("no label is called \(Self.quoted(value)); there are: \(words.joined(separator: ", "))")
      }
      return .category(index)
    case .names(let names):
      if let word = Self.word(value), let index = names.firstIndex(of: word) { return .category(index) }
      guard let index = value.integer ?? value.string.flatMap({ Int($0) }) else {
        throw row.error("no label is called \(Self.quoted(value)); there are: \(names.joined(separator: ", "))")
      }
      guard names.indices.contains(index) else {
        throw row.error("the label \(index) is outside 0 to \(names.count - 1)")
      }
      return .category(index)
    }
  }

  /// A label as text; numbers and truth values as JSON writes them.
  static func word(_ value: JSON) -> String? {
    switch value {
    case .string(let text): text
    case .integer, .bool: value.text
    default: nil
    }
  }

  static func quoted(_ value: JSON) -> String { "'\(word(value) ?? value.text)'" }
}
