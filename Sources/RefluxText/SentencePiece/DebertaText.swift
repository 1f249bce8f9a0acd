/// What DeBERTa-v2's and v3's tokenizer does to the text between two added tokens.
///
/// Source: `DebertaV2Tokenizer` of transformers 4.
struct DebertaText: Sendable {
  let processor: SentencePieceProcessor
  let lowercases: Bool
  /// Whether every punctuation character is a text of its own, and so is what stands between two of them.
  let splitsPunctuation: Bool

  func append(_ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
    if lowercases {
      let lower = String(PythonText.lowercased(String(decoding: text, as: UTF8.self).unicodeScalars))
      Array(lower.utf8).withUnsafeBufferPointer { appendLowercased($0, to: &ids) }
    } else {
      appendLowercased(text, to: &ids)
    }
  }

  private func appendLowercased(_ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
    guard splitsPunctuation else { return processor.append(text, to: &ids) }
    var start = 0
    func appendPart(_ end: Int) {
      if end > start { processor.append(UnsafeBufferPointer(rebasing: text[start..<end]), to: &ids) }
      start = end
    }
    UTF8Text.forEach(text) { scalar, range in
      guard CharacterClass.of(scalar).contains(.punctuation) else { return }
      appendPart(range.lowerBound)
      appendPart(range.upperBound)
    }
    appendPart(text.count)
  }
}
