/// GPT-2's alphabet: a printable character for every byte, so that a vocabulary of bytes can be written as text.
enum ByteAlphabet {
  /// The character of each byte.
  static let characters: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (0..<256).map { (byte: UInt32) -> Unicode.Scalar in
      let isPrintable = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
      if !isPrintable { next += 1 }
      return Unicode.Scalar(isPrintable ? byte : next - 1) ?? "\u{FFFD}"
    }
  }()

  /// The byte of each character below U+0144; negative where there is none.
  private static let bytesByCharacter: [Int16] = {
    var result = [Int16](repeating: -1, count: 0x144)
    for (byte, character) in characters.enumerated() { result[Int(character.value)] = Int16(byte) }
    return result
  }()

  /// The bytes that a text in the alphabet stands for; `nil` if it has other characters.
  static func bytes(_ text: String) -> [UInt8]? {
    var result: [UInt8] = []
    for scalar in text.unicodeScalars {
      guard scalar.value < 0x144, let byte = UInt8(exactly: bytesByCharacter[Int(scalar.value)]) else { return nil }
      result.append(byte)
    }
    return result
  }

  /// Bytes in the alphabet, as UTF-8.
  static func spelled(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    for byte in bytes { result.append(contentsOf: UTF8.encode(characters[Int(byte)]).unsafelyUnwrapped) }
    return result
  }

  /// `<0x00>` to `<0xFF>`: SentencePiece's names for bytes.
  static let fallbackNames: [String] = (0..<256).map { byte in
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x\(digits.count == 1 ? "0" : "")\(digits)>"
  }

  /// The byte that such a name stands for.
  static func fallbackByte(_ name: String) -> UInt8? {
    let text = Array(name.utf8)
    guard text.count == 6, text.starts(with: "<0x".utf8), text[5] == UInt8(ascii: ">") else { return nil }
    return UInt8(String(decoding: text[3..<5], as: UTF8.self), radix: 16)
  }
}
