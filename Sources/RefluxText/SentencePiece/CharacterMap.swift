/// What sequences of characters are replaced by: the table in a model file that `nmt_nfkc` and its like are compiled to.
///
/// A double-array trie of the sequences, whose values are places in a text of replacements that end with a zero.
/// Source: `darts.h` (Yata, darts-clone) for the trie's units, `normalizer.cc` of SentencePiece for the rest.
struct CharacterMap: Sendable {
  private let units: [UInt32]
  private let replacements: [UInt8]

  /// Reads a table; `nil` if it is none.
  init?(_ bytes: ArraySlice<UInt8>) {
    func word(_ offset: Int) -> UInt32 {
      bytes[(bytes.startIndex + offset)...].prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    guard bytes.count > 4, Int(word(0)) < bytes.count - 4 else { return nil }
    let trieBytes = Int(word(0))
    units = (0..<trieBytes / 4).map { word(4 + 4 * $0) }
    replacements = Array(bytes.dropFirst(4 + trieBytes)) + [0]
  }

  /// The longest sequence at `position`: how long it is, and what stands for it.
  @inline(__always)
  func longestMatch(_ text: UnsafeBufferPointer<UInt8>, at position: Int) -> (length: Int, replacement: Range<Int>)? {
    guard !units.isEmpty else { return nil }
    var (node, length, value) = (Self.offset(units[0]), 0, 0)
    for index in position..<text.count {
      node ^= Int(text[index])
      guard node < units.count else { break }
      let unit = units[node]
      guard unit & 0x8000_00FF == UInt32(text[index]) else { break }
      node ^= Self.offset(unit)
      if unit & 0x100 != 0, node < units.count {
        (length, value) = (index + 1 - position, Int(units[node] & 0x7FFF_FFFF))
      }
    }
    guard length > 0, value < replacements.count else { return nil }
    let end = replacements[value...].firstIndex(of: 0) ?? replacements.count
    return (length, value..<end)
  }

  subscript(range: Range<Int>) -> ArraySlice<UInt8> { replacements[range] }

  /// Where a unit's children are, relative to itself.
  @inline(__always)
  private static func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & 0x200) >> 6) }
}
