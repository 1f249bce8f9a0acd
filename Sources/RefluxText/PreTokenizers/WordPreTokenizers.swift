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
