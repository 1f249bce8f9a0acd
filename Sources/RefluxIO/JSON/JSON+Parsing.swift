#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension JSON {
  /// Reads a whole file.
  ///
  /// - Throws: ``FileError`` naming the file and, for broken JSON, the line and column.
  public init(contentsOf path: String) throws {
    let file = try MappedFile(path)
    try self.init(parsing: withExtendedLifetime(file) { Array(file.bytes) }, name: path)
  }

  /// Reads one value and nothing after it (RFC 8259; also Python's `NaN`, `Infinity` and `-Infinity`).
  ///
  /// - Parameters:
  ///   - text: UTF-8.
  ///   - name: The file's name, for the error.
  ///   - line: The file's line that `text` is, for JSON lines.
  /// - Throws: ``FileError``: what was found, at which line and column; a key given twice is an error.
  public init(parsing text: some Sequence<UInt8>, name: String, line: Int? = nil) throws {
    let bytes = Array(text)
    var parser = JSONParser(bytes[...])
    do {
      self = try parser.document()
    } catch {
      let before = bytes[..<error.offset]
      let row = before.count { $0 == UInt8(ascii: "\n") }
      let column = error.offset - (before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0) + 1
      throw FileError(name, line: (line ?? 1) + row, "not valid JSON: \(error.message) (column \(column))")
    }
  }
}

/// Recursive descent over bytes; positions in errors are byte offsets.
private struct JSONParser {
  struct Failure: Error { let offset: Int, message: String }
  /// Deeper nesting is refused rather than overflowing the stack.
  private static let deepest = 512

  private let bytes: ArraySlice<UInt8>
  private var position: Int
  private var depth = 0

  init(_ bytes: ArraySlice<UInt8>) { (self.bytes, position) = (bytes, bytes.startIndex) }

  mutating func document() throws(Failure) -> JSON {
    let value = try value()
    skipSpace()
    guard position == bytes.endIndex else { throw failure("there is more after the end of the value") }
    return value
  }

  private func failure(_ message: String, at offset: Int? = nil) -> Failure {
    Failure(offset: offset ?? position, message: message)
  }

  private var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  private var found: String {
    guard let next else { return "the end of the text" }
    return (0x20..<0x7F).contains(next) ? "'\(Character(Unicode.Scalar(next)))'" : "byte \(next)"
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func expect(_ character: Character, _ where: String) throws(Failure) {
    skipSpace()
    guard next == character.asciiValue else { throw failure("wants '\(character)' \(`where`), found \(found)") }
    position += 1
  }

  private mutating func value() throws(Failure) -> JSON {
    skipSpace()
    guard let byte = next else { throw failure("wants a value, found the end of the text") }
    switch byte {
    case UInt8(ascii: "{"): return try nested { parser throws(Failure) in try parser.object() }
    case UInt8(ascii: "["): return try nested { parser throws(Failure) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: return try word()
    }
  }

  private mutating func nested(_ body: (inout JSONParser) throws(Failure) -> JSON) throws(Failure) -> JSON {
    depth += 1
    guard depth <= Self.deepest else { throw failure("nested more than \(Self.deepest) levels deep") }
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func object() throws(Failure) -> JSON {
    position += 1
    var result = JSONObject()
    skipSpace()
    if next == UInt8(ascii: "}") {
      position += 1
      return .object(result)
    }
    while true {
      skipSpace()
      let start = position
      guard next == UInt8(ascii: "\"") else { throw failure("wants a key in double quotes, found \(found)") }
      let key = try string()
      guard result[key] == nil else { throw failure("the key \"\(key)\" is given twice", at: start) }
      try expect(":", "after a key")
      result[key] = try value()
      skipSpace()
      if next == UInt8(ascii: ",") {
        position += 1
      } else {
        try expect("}", "or ',' after a value")
        return .object(result)
      }
    }
  }

  private mutating func array() throws(Failure) -> JSON {
    position += 1
    var result: [JSON] = []
    skipSpace()
    if next == UInt8(ascii: "]") {
      position += 1
      return .array(result)
    }
    while true {
      result.append(try value())
      skipSpace()
      if next == UInt8(ascii: ",") {
        position += 1
      } else {
        try expect("]", "or ',' after a value")
        return .array(result)
      }
    }
  }

  private mutating func word() throws(Failure) -> JSON {
    let words: [(String, JSON)] = [
      ("true", true), ("false", false), ("null", nil), ("NaN", .number(.nan)), ("Infinity", .number(.infinity)),
    ]
    for (text, value) in words where bytes[position...].starts(with: text.utf8) {
      position += text.utf8.count
      return value
    }
    throw failure("wants a value, found \(found)")
  }

  private mutating func number() throws(Failure) -> JSON {
    let start = position
    if next == UInt8(ascii: "-") { position += 1 }
    if bytes[position...].starts(with: "Infinity".utf8) {
      position += 8
      return .number(-.infinity)
    }
    let leading = next
    let whole = digits()
    var isInteger = true
    guard whole > 0, whole == 1 || leading != UInt8(ascii: "0") else {
      throw failure("a number begins with one 0 or with another digit", at: start)
    }
    if next == UInt8(ascii: ".") {
      position += 1
      isInteger = false
      guard digits() > 0 else { throw failure("wants a digit after the point, found \(found)") }
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      position += 1
      isInteger = false
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      guard digits() > 0 else { throw failure("wants a digit in the exponent, found \(found)") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int(text) { return .integer(value) }
    guard let value = Double(text) else { throw failure("cannot read the number \(text)", at: start) }
    return .number(value)
  }

  /// Skips digits and says how many there were.
  private mutating func digits() -> Int {
    let start = position
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position - start
  }

  private mutating func string() throws(Failure) -> String {
    let start = position
    position += 1
    var text: [UInt8] = []
    while true {
      guard let byte = next else { throw failure("this text has no closing quote", at: start) }
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let result = String(validating: text, as: UTF8.self) else {
          throw failure("this text is not UTF-8", at: start)
        }
        return result
      case UInt8(ascii: "\\"):
        text += try escape()
      case 0..<0x20:
        throw failure("a control character (byte \(byte)) must be escaped")
      default:
        text.append(byte)
        position += 1
      }
    }
  }

  private mutating func escape() throws(Failure) -> [UInt8] {
    let start = position
    position += 1
    let simple: [UInt8: UInt8] = [
      UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F, UInt8(ascii: "b"): 0x08,
      UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
    ]
    guard let byte = next else { throw failure("this text has no closing quote", at: start) }
    position += 1
    if let plain = simple[byte] { return [plain] }
    guard byte == UInt8(ascii: "u") else { throw failure("no such escape", at: start) }
    var unit = try hexadecimal()
    if (0xD800..<0xDC00).contains(unit) {
      guard bytes[position...].starts(with: "\\u".utf8) else { throw failure("half a surrogate pair", at: start) }
      position += 2
      let low = try hexadecimal()
      guard (0xDC00..<0xE000).contains(low) else { throw failure("half a surrogate pair", at: start) }
      unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(unit) else { throw failure("half a surrogate pair", at: start) }
    return Array(String(scalar).utf8)
  }

  private mutating func hexadecimal() throws(Failure) -> UInt32 {
    let digits = bytes[position...].prefix(4)
    guard digits.count == 4, let text = String(validating: digits, as: UTF8.self),
      digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }), let value = UInt32(text, radix: 16)
    else { throw failure("\\u wants four hexadecimal digits") }
    position += 4
    return value
  }
}
