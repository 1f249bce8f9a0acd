/// Recursive descent over bytes; positions in errors are byte offsets.
struct JSONParser {
  struct Failure: Error { let offset: Int, message: String }
  /// Deeper nesting is refused rather than overflowing the stack.
  private static let deepest = 512

  let bytes: ArraySlice<UInt8>
  var position: Int
  private var depth = 0

  init(_ bytes: ArraySlice<UInt8>) { (self.bytes, position) = (bytes, bytes.startIndex) }

  mutating func document() throws(Failure) -> JSON {
    let value = try value()
    skipSpace()
    guard position == bytes.endIndex else { throw failure("there is more after the end of the value") }
    return value
  }

  func failure(_ message: String, at offset: Int? = nil) -> Failure {
    Failure(offset: offset ?? position, message: message)
  }

  var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  var found: String {
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
}
