/// Cuts text into the pieces whose probabilities have the largest product.
///
/// The library does the same, but versions of it differ in the last bit of the sums and so in which of two equally
/// likely ways they take; this is the arithmetic of version 0.2, in float32 throughout, so that ids do not depend on
/// what is installed. Source: Kudo 2018; `Model::EncodeOptimized` of SentencePiece.
struct SentencePieceSearch: Sendable {
  private struct Step {
    var score: Float = 0
    var start: Int32 = -1
    var id: Int32 = -1
  }
  private let normalizer: SentencePieceNormalizer
  private let trie: PieceTrie
  /// Log-probabilities.
  private let scores: [Float]  // [pieces]
  private let isUserDefined: [Bool]
  private let highest: Float
  private let unknownScore: Float, unknownID: Int32
  /// The piece of each byte, where unknown characters are spelled in bytes.
  private let byteIDs: [Int32]

  /// `nil` if the model is of another kind.
  init?(_ specification: SentencePieceSpecification) {
    let pieces = specification.pieces
    guard specification.algorithm == .unigram, let unknown = pieces.firstIndex(where: { $0.kind == .unknown }) else {
      return nil
    }
    normalizer = SentencePieceNormalizer(specification)
    var trie = PieceTrie()
    for (id, piece) in pieces.enumerated() where piece.kind == .normal || piece.kind == .userDefined {
      trie.insert(piece.text, continuing: false, id: Int32(id))
    }
    self.trie = trie
    scores = pieces.map(\.score)
    isUserDefined = pieces.map { $0.kind == .userDefined }
    let normal = pieces.lazy.filter { $0.kind == .normal }.map(\.score)
    highest = normal.max() ?? 0
    (unknownScore, unknownID) = ((normal.min() ?? 0) - 10, Int32(unknown))
    byteIDs =
      specification.fallsBackToBytes ? pieces.indices.filter { pieces[$0].kind == .byte }.map { Int32($0) } : []
  }

  /// Appends the ids of a text's pieces; unknown characters that follow each other are one.
  func append(_ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
    let text = normalizer.normalized(text)
    guard !text.isEmpty else { return }
    let steps = text.withUnsafeBufferPointer(bestSteps)
    let first = ids.count
    var end = text.count
    while end > 0 {
      let step = steps[end]
      let start = Int(step.start)
      if step.id != unknownID {
        ids.append(step.id)
      } else if byteIDs.count == 256 {
        for byte in text[start..<end].reversed() { ids.append(byteIDs[Int(byte)]) }
      } else if ids.count == first || ids[ids.count - 1] != unknownID {
        ids.append(unknownID)
      }
      end = start
    }
    ids[first...].reverse()
  }

  /// For every place in the text, the last step of the best way to it.
  private func bestSteps(_ text: UnsafeBufferPointer<UInt8>) -> [Step] {  // [bytes + 1]
    var steps = [Step](repeating: Step(), count: text.count + 1)
    steps.withUnsafeMutableBufferPointer { steps in
      var position = 0
      while position < text.count {
        let soFar = steps[position].score
        let next = min(text.count, position + SentencePieceNormalizer.width(text[position]))
        var hasOneCharacter = false
        func offer(_ id: Int32, _ end: Int, _ score: Float) {
          let sum = score + soFar
          if steps[end].start < 0 || sum > steps[end].score {
            steps[end] = Step(score: sum, start: Int32(position), id: id)
          }
        }
        trie.forEachMatch(in: text, at: position) { id, end in
          let isSure = isUserDefined[Int(id)]
          offer(id, end, isSure ? Float(end - position) * highest - 0.1 : scores[Int(id)])
          if end == next { hasOneCharacter = true }
        }
        if !hasOneCharacter { offer(unknownID, next, unknownScore) }
        position = next
      }
    }
    return steps
  }
}
