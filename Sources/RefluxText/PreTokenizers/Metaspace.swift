/// `Metaspace`: spaces become a visible mark that leads the words.
struct Metaspace: PreTokenizer {
  enum Prefix: String, Sendable, CaseIterable { case always, first, never }

  /// UTF-8 of the mark.
  let mark: [UInt8]
  let prefix: Prefix
  let cutsWords: Bool

  func split(_ piece: TextPiece, _ emit: (TextPiece) -> Void) {
    var text: [UInt8] = []
    text.reserveCapacity(2 * piece.bytes.count + mark.count)
    for byte in piece.bytes {
      if byte == 0x20 { text.append(contentsOf: mark) } else { text.append(byte) }
    }
    if !text.starts(with: mark), prefix == .always || (prefix == .first && piece.isFirst) {
      text.insert(contentsOf: mark, at: 0)
    }
    text.withUnsafeBufferPointer { text in
      let marked = TextPiece(bytes: text, isFirst: piece.isFirst)
      guard cutsWords else { return emit(marked) }
      PatternSplit(pattern: LiteralPattern(bytes: mark), behavior: .mergedWithNext).split(marked, emit)
    }
  }
}
