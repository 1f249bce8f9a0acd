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
