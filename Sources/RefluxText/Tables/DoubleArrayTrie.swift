/// Sequences of bytes with a number each, in the form that SentencePiece compiles its character maps to.
///
/// A state is a place in `units`; the children of a unit lie at a distance that it has in its upper bits. Source:
/// `darts.h` (Yata, darts-clone).
struct DoubleArrayTrie: Sendable {
  private let units: [UInt32]

  /// Reads little-endian units of four bytes; what is left of the last one does not count.
  init(_ bytes: ArraySlice<UInt8>) {
    units = (0..<bytes.count / 4).map { Self.word(bytes, at: 4 * $0) }
  }

  /// The four bytes at a distance from the first, little-endian.
  static func word(_ bytes: ArraySlice<UInt8>, at offset: Int) -> UInt32 {
    bytes[(bytes.startIndex + offset)...].prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Where every sequence begins; `nil` in an empty trie.
  @inline(__always)
  var start: Int? { units.isEmpty ? nil : Self.offset(units[0]) }

  /// What comes after a state's next byte: the state, and whether a sequence ends here; `nil` if none goes on so.
  @inline(__always)
  func step(_ state: Int, _ byte: UInt8) -> (state: Int, isEnd: Bool)? {
    let place = state ^ Int(byte)
    guard place < units.count else { return nil }
    let unit = units[place]
    guard unit & 0x8000_00FF == UInt32(byte) else { return nil }
    return (place ^ Self.offset(unit), unit & 0x100 != 0)
  }

  /// The number of the sequence that ends at a state; `nil` if the trie is broken.
  @inline(__always)
  func value(_ state: Int) -> Int? { state < units.count ? Int(units[state] & 0x7FFF_FFFF) : nil }

  @inline(__always)
  private static func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & 0x200) >> 6) }
}
