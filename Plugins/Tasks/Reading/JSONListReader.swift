import RefluxCore
import RefluxIO

/// Reads a JSON file that is one list, knowing on which line each item begins.
enum JSONListReader {
  /// The items with the lines on which they begin, from 1.
  ///
  /// - Throws: ``FileError`` naming file and line.
  static func read(_ path: String) throws -> [(line: Int, row: JSON)] {
    var scanner = ItemScanner(try MappedFile.contents(of: path))
    guard scanner.skip(UInt8(ascii: "[")) else { throw FileError(path, line: scanner.line, "wants a list of rows") }
    var rows: [(line: Int, row: JSON)] = []
    if scanner.skip(UInt8(ascii: "]")) { return rows }
    repeat {
      scanner.skipSpace()
      let line = scanner.line
      rows.append((line, try JSON(parsing: scanner.item(), name: path, line: line)))
    } while scanner.skip(UInt8(ascii: ","))
    guard scanner.skip(UInt8(ascii: "]")) else { throw FileError(path, line: scanner.line, "the list has no end") }
    return rows
  }
}

/// Finds the ends of a list's items, which another reader then checks.
private struct ItemScanner {
  private let bytes: [UInt8]
  private var place = 0
  private(set) var line = 1

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private mutating func advance() {
    line += bytes[place] == UInt8(ascii: "\n") ? 1 : 0
    place += 1
  }

  mutating func skipSpace() {
    while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { advance() }
  }

  /// Passes over space and one byte, if it is that byte.
  mutating func skip(_ byte: UInt8) -> Bool {
    skipSpace()
    guard place < bytes.count, bytes[place] == byte else { return false }
    advance()
    return true
  }

  /// Everything up to a comma or bracket of the list itself.
  mutating func item() -> ArraySlice<UInt8> {
    let start = place
    var (depth, isText) = (0, false)
    while place < bytes.count {
      switch Character(Unicode.Scalar(bytes[place])) {
      case "\\" where isText && place + 1 < bytes.count: advance()
      case "\"": isText.toggle()
      case "[" where !isText, "{" where !isText: depth += 1
      case "]" where !isText && depth == 0, "," where !isText && depth == 0: return bytes[start..<place]
      case "]" where !isText, "}" where !isText: depth -= 1
      default: break
      }
      advance()
    }
    return bytes[start..<place]
  }
}
