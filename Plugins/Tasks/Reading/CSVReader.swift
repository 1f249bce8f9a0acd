import RefluxIO

/// Comma-separated values (RFC 4180): fields in double quotes may hold commas, line breaks and doubled quotes.
struct CSVReader: TableReader {
  private let lines: LineReader
  private(set) var line = 0
  init(_ path: String) throws { lines = try LineReader(path) }

  /// The next row; empty lines are passed over.
  mutating func next() throws -> [String]? {
    var text = try lines.next()
    while text?.isEmpty == true { text = try lines.next() }
    guard var rest = text?.utf8[...] else { return nil }
    line = lines.number
    var fields: [String] = []
    while true {
      fields.append(rest.first == UInt8(ascii: "\"") ? try quoted(&rest) : Self.plain(&rest))
      guard let separator = rest.first else { return fields }
      guard separator == UInt8(ascii: ",") else {
        throw FileError(lines.path, line: lines.number, "wants a comma after the closing quote of a field")
      }
      rest = rest.dropFirst()
    }
  }

  private static func plain(_ rest: inout String.UTF8View.SubSequence) -> String {
    let end = rest.firstIndex(of: UInt8(ascii: ",")) ?? rest.endIndex
    defer { rest = rest[end...] }
    return String(rest[..<end]) ?? ""
  }

  private func quoted(_ rest: inout String.UTF8View.SubSequence) throws -> String {
    let quote = UInt8(ascii: "\"")
    var field: [UInt8] = []
    rest = rest.dropFirst()
    while true {
      if let end = rest.firstIndex(of: quote) {
        field += rest[..<end]
        rest = rest[end...].dropFirst()
        guard rest.first == quote else { return String(decoding: field, as: UTF8.self) }
        field.append(quote)
        rest = rest.dropFirst()
      } else {
        field += Array(rest) + [UInt8(ascii: "\n")]
        guard let more = try lines.next() else {
          throw FileError(lines.path, line: line, "has a field with no closing quote")
        }
        rest = more.utf8[...]
      }
    }
  }
}
