/// `Precompiled`: the character map of a SentencePiece model, a double-array trie and the texts that it leads to.
struct PrecompiledMap: Normalizer {
  private let units: [UInt32]
  /// The replacements, each ended by a zero byte.
  private let texts: [UInt8]

  /// Reads the size of the trie in bytes (32 bits, little-endian), the trie and the texts; `nil` if the sizes do not fit.
  init?(_ bytes: [UInt8]) {
    func unit(_ position: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[position + $1]) << (8 * UInt32($1)) }
    }
    guard bytes.count >= 4 else { return nil }
    let size = Int(unit(0))
    guard size % 4 == 0, size > 0, bytes.count >= 4 + size else { return nil }
    units = stride(from: 4, to: 4 + size, by: 4).map(unit)
    texts = Array(bytes[(4 + size)...])
  }

  func normalized(_ text: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.count)
    // What people take for one character is looked up as a whole if it is short, or else code point by code point.
    for character in String(decoding: text, as: UTF8.self) {
      let bytes = Array(character.utf8)
      if bytes.count < 6, let replacement = replacement(bytes) {
        out += replacement
        continue
      }
      for scalar in character.unicodeScalars {
        let bytes = Array(UTF8.encode(scalar).unsafelyUnwrapped)
        out += replacement(bytes) ?? bytes[...]
      }
    }
    return out
  }

  /// What the shortest known beginning of a text leads to; the reference takes that for the whole.
  private func replacement(_ text: [UInt8]) -> ArraySlice<UInt8>? {
    var node = Self.offset(units[0])
    for byte in text where byte != 0 {
      node ^= Int(byte)
      guard node < units.count, units[node] & 0x8000_00FF == UInt32(byte) else { return nil }
      let unit = units[node]
      node ^= Self.offset(unit)
      if unit >> 8 & 1 == 1 {
        guard node < units.count else { return nil }
        let start = Int(units[node] & 0x7FFF_FFFF)
        guard start <= texts.count else { return nil }
        return texts[start...].prefix { $0 != 0 }
      }
    }
    return nil
  }

  private static func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & 1 << 9) >> 6) }
}
