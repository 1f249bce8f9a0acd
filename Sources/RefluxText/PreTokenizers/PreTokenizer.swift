/// Part of a text on its way to the model.
struct TextPiece {
  /// UTF-8.
  var bytes: UnsafeBufferPointer<UInt8>
  /// Whether the whole text begins with it.
  var isFirst: Bool

  func part(_ range: Range<Int>) -> TextPiece {
    TextPiece(bytes: UnsafeBufferPointer(rebasing: bytes[range]), isFirst: isFirst && range.lowerBound == 0)
  }
}

/// Cuts text into words, which the model then cuts further: `pre_tokenizer` in `tokenizer.json`.
protocol PreTokenizer: Sendable {
  /// Calls `emit` with the parts of a piece, in order; what it is given lives no longer than the call.
  func split(_ piece: TextPiece, _ emit: (TextPiece) -> Void)
}

/// Each cuts what the one before it left.
struct PreTokenizerSequence: PreTokenizer {
  let members: [any PreTokenizer]

  func split(_ piece: TextPiece, _ emit: (TextPiece) -> Void) { split(piece, from: 0, emit) }

  private func split(_ piece: TextPiece, from index: Int, _ emit: (TextPiece) -> Void) {
    guard index < members.count else { return emit(piece) }
    members[index].split(piece) { split($0, from: index + 1, emit) }
  }
}
