/// Brings text into the form that a model's pieces have: characters replaced, spaces merged and written as `▁`.
///
/// Source: `Normalizer::Normalize` of SentencePiece.
struct SentencePieceNormalizer: Sendable {
  private let map: CharacterMap?
  /// Pieces that stay as they are.
  private let userDefined: PieceTrie?
  private let addsSpace: Bool, putsSpacesBehind: Bool, mergesSpaces: Bool
  private let space: [UInt8]

  init(_ specification: SentencePieceSpecification) {
    map = CharacterMap(specification.characterMap)
    let kept = specification.pieces.filter { $0.kind == .userDefined && !$0.text.isEmpty }
    var trie = PieceTrie()
    for (id, piece) in kept.enumerated() { trie.insert(piece.text, continuing: false, id: Int32(id)) }
    userDefined = kept.isEmpty ? nil : trie
    (addsSpace, mergesSpaces) = (specification.addsSpace, specification.mergesSpaces)
    putsSpacesBehind = specification.putsSpacesBehind
    space = specification.marksSpaces ? Array("\u{2581}".utf8) : [0x20]
  }

  /// The normalized bytes of valid UTF-8.
  func normalized(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var position = 0
    while mergesSpaces, position < text.count {
      let (isSpace, length) = isSpace(text, at: position)
      guard isSpace else { break }
      position += length
    }
    var result: [UInt8] = []
    guard position < text.count else { return result }
    result.reserveCapacity(text.count * 2 + 8)
    if addsSpace, !putsSpacesBehind { result += space }
    var followsSpace = mergesSpaces
    while position < text.count {
      if let length = keptLength(text, at: position) {
        append(text[position..<position + length], &followsSpace, to: &result)
        position += length
      } else if let map, let match = map.longestMatch(text, at: position) {
        append(map[match.replacement], &followsSpace, to: &result)
        position += match.length
      } else {
        let end = min(text.count, position + Self.width(text[position]))
        append(text[position..<end], &followsSpace, to: &result)
        position = end
      }
    }
    if mergesSpaces { while result.suffix(space.count).elementsEqual(space) { result.removeLast(space.count) } }
    if addsSpace, putsSpacesBehind { result += space }
    return result
  }

  @inline(__always)
  private func append(_ part: some Collection<UInt8>, _ followsSpace: inout Bool, to result: inout [UInt8]) {
    var isLeading = followsSpace
    for byte in part {
      if byte != 0x20 {
        result.append(byte)
      } else if isLeading {
        continue
      } else {
        result.append(contentsOf: space)
      }
      isLeading = false
      followsSpace = mergesSpaces && byte == 0x20
    }
  }

  private func isSpace(_ text: UnsafeBufferPointer<UInt8>, at position: Int) -> (Bool, length: Int) {
    if let length = keptLength(text, at: position) { return (length == 1 && text[position] == 0x20, length) }
    if let map, let match = map.longestMatch(text, at: position) {
      return (map[match.replacement].elementsEqual(CollectionOfOne(0x20)), match.length)
    }
    return (text[position] == 0x20, 1)
  }

  @inline(__always)
  private func keptLength(_ text: UnsafeBufferPointer<UInt8>, at position: Int) -> Int? {
    guard let userDefined else { return nil }
    var length: Int?
    userDefined.forEachMatch(in: text, at: position) { length = $1 - position }
    return length
  }

  /// The number of bytes of the character that begins with a byte.
  @inline(__always)
  static func width(_ byte: UInt8) -> Int { byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4 }
}
