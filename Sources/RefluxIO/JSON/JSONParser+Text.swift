// Texts in double quotes, with their escapes.

extension JSONParser {
  mutating func string() throws(Failure) -> String {
    let start = position
    position += 1
    // Most texts stand there as they are.
    let (quote, backslash) = (UInt8(ascii: "\""), UInt8(ascii: "\\"))
    let special = bytes[position...].firstIndex { $0 == quote || $0 == backslash || $0 < 0x20 }
    if let special, bytes[special] == quote, let text = String(validating: bytes[position..<special], as: UTF8.self) {
      position = special + 1
      return text
    }
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
