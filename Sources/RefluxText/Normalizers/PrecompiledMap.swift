/// `Precompiled`: the character map of a SentencePiece model, a double-array trie and the texts that it leads to.
struct PrecompiledMap: Normalizer {
  private let trie: DoubleArrayTrie
  /// The replacements, each ended by a zero byte.
  private let texts: [UInt8]

  /// Reads the size of the trie in bytes (32 bits, little-endian), the trie and the texts; `nil` if the sizes do not fit.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 4 else { return nil }
    let size = Int(DoubleArrayTrie.word(bytes[...], at: 0))
    guard size % 4 == 0, size > 0, bytes.count >= 4 + size else { return nil }
    trie = DoubleArrayTrie(bytes[4..<4 + size])
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
    guard var state = trie.start else { return nil }
    for byte in text where byte != 0 {
      guard let next = trie.step(state, byte) else { return nil }
      state = next.state
      guard next.isEnd else { continue }
      guard let start = trie.value(state), start <= texts.count else { return nil }
      return texts[start...].prefix { $0 != 0 }
    }
    return nil
  }
}
