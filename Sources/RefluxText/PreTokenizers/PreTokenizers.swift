/// `ByteLevel`: GPT-2's words, and every byte spelled in ``ByteAlphabet`` unless the model reads plain bytes.
struct ByteLevel: PreTokenizer {
  var addsPrefixSpace: Bool
  var cutsWords: Bool
  var spells: Bool

  func split(_ piece: TextPiece, _ emit: (TextPiece) -> Void) {
    guard addsPrefixSpace, piece.bytes.first != 0x20 else { return cut(piece, emit) }
    ([0x20] + piece.bytes).withUnsafeBufferPointer { cut(TextPiece(bytes: $0, isFirst: piece.isFirst), emit) }
  }

  private func cut(_ piece: TextPiece, _ emit: (TextPiece) -> Void) {
    guard cutsWords else { return spell(piece, emit) }
    var position = 0
    while let word = GPT2Words().match(in: piece.bytes, from: position) {
      spell(piece.part(word), emit)
      position = word.upperBound
    }
  }

  @inline(__always)
  private func spell(_ piece: TextPiece, _ emit: (TextPiece) -> Void) {
    guard spells else { return emit(piece) }
    ByteAlphabet.spelled(piece.bytes).withUnsafeBufferPointer {
      emit(TextPiece(bytes: $0, isFirst: piece.isFirst))
    }
  }
}

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

/// `BertPreTokenizer`: words, and every punctuation character alone.
struct BertWords: PreTokenizer {
  func split(_ piece: TextPiece, _ emit: (TextPiece) -> Void) {
    var start = 0
    UTF8Text.forEach(piece.bytes) { scalar, range in
      let isSpace = CharacterClass.of(scalar).contains(.space)
      guard isSpace || ScalarClass(scalar) == .punctuation else { return }
      if start < range.lowerBound { emit(piece.part(start..<range.lowerBound)) }
      if !isSpace { emit(piece.part(range)) }
      start = range.upperBound
    }
    if start < piece.bytes.count { emit(piece.part(start..<piece.bytes.count)) }
  }
}

/// `Whitespace`: runs of word characters, and runs of what is neither such nor white space.
struct WordRuns: PreTokenizer {
  func split(_ piece: TextPiece, _ emit: (TextPiece) -> Void) {
    func kind(_ scalar: Unicode.Scalar) -> Int {
      let value = CharacterClass.of(scalar)
      return value.contains(.word) ? 1 : value.contains(.space) ? 0 : 2
    }
    var (start, current) = (0, 0)
    UTF8Text.forEach(piece.bytes) { scalar, range in
      let next = kind(scalar)
      guard next != current else { return }
      if current != 0 { emit(piece.part(start..<range.lowerBound)) }
      (start, current) = (range.lowerBound, next)
    }
    if current != 0 { emit(piece.part(start..<piece.bytes.count)) }
  }
}
