/// What sequences of characters are replaced by: the table in a model file that `nmt_nfkc` and its like are compiled to.
///
/// A trie of the sequences, whose values are places in a text of replacements that end with a zero. Source:
/// `normalizer.cc` of SentencePiece.
struct CharacterMap: Sendable {
  private let trie: DoubleArrayTrie
  private let replacements: [UInt8]

  /// Reads a table; `nil` if it is none.
  init?(_ bytes: ArraySlice<UInt8>) {
    guard bytes.count > 4 else { return nil }
    let size = Int(DoubleArrayTrie.word(bytes, at: 0))
    guard size < bytes.count - 4 else { return nil }
    trie = DoubleArrayTrie(bytes.dropFirst(4).prefix(size))
    replacements = Array(bytes.dropFirst(4 + size)) + [0]
  }

  /// The longest sequence at `position`: how long it is, and what stands for it.
  @inline(__always)
  func longestMatch(_ text: UnsafeBufferPointer<UInt8>, at position: Int) -> (length: Int, replacement: Range<Int>)? {
    guard var state = trie.start else { return nil }
    var (length, value) = (0, 0)
    for index in position..<text.count {
      guard let next = trie.step(state, text[index]) else { break }
      state = next.state
      if next.isEnd, let found = trie.value(state) { (length, value) = (index + 1 - position, found) }
    }
    guard length > 0, value < replacements.count else { return nil }
    let end = replacements[value...].firstIndex(of: 0) ?? replacements.count
    return (length, value..<end)
  }

  subscript(range: Range<Int>) -> ArraySlice<UInt8> { replacements[range] }
}
