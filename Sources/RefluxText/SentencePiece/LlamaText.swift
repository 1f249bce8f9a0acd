/// What LLaMA's tokenizer does to the text between two added tokens.
///
/// Source: `LlamaTokenizer` of transformers 4; `legacy` is how it was before a space after an added token was kept.
struct LlamaText: Sendable {
  /// What text is made of again.
  let decoder: SentencePieceProcessor
  /// The same model, but nothing is put in front of a text.
  private let bare: SentencePieceProcessor
  private let isLegacy: Bool
  /// Whether text is encoded word by word, which changes nothing but the time it takes.
  private let cutsIntoWords: Bool
  /// Whether every stretch gets a space in front, and not only a text's first one.
  private let addsSpace: Bool
  /// The unknown token's text, and how many pieces it has.
  private let guardText: [UInt8], guardCount: Int
  private let workshops = Workshops()

  init(_ bytes: [UInt8], path: String, isLegacy: Bool, unknown: String) throws {
    let specification = SentencePieceSpecification(bytes)
    bare = try SentencePieceProcessor(bytes + SentencePieceSpecification.withoutAddedSpace, path: path)
    decoder = isLegacy ? try SentencePieceProcessor(bytes, path: path) : bare
    cutsIntoWords = specification.keepsWordsApart && Self.hasSpacesInFrontOnly(bare)
    self.isLegacy = isLegacy
    addsSpace = isLegacy && specification.addsSpace
    guardText = Array(unknown.utf8)
    guardCount = bare.encode(unknown).count
  }

  /// Whether `▁` is nowhere but at the front of pieces, so that no merge can reach over the front of a word.
  private static func hasSpacesInFrontOnly(_ model: SentencePieceProcessor) -> Bool {
    (0..<Int32(model.pieceCount)).allSatisfy { id in
      model.piece(id)?.unicodeScalars.drop { $0 == "\u{2581}" }.contains("\u{2581}") == false
    }
  }

  /// Appends the ids of a stretch of text; unless the tokenizer is the legacy one, only a first one gets a space in
  /// front.
  func append(_ text: UnsafeBufferPointer<UInt8>, isFirst: Bool, to ids: inout [Int32]) {
    if cutsIntoWords {
      appendWords(of: text, addingSpace: addsSpace || (!isLegacy && isFirst), to: &ids)
    } else if isLegacy {
      decoder.append(text, to: &ids)
    } else {
      appendWhole(text, addingSpace: isFirst, to: &ids)
    }
  }

  /// Appends the ids of text that goes on after other text.
  func append(continuing text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
    if cutsIntoWords {
      appendWords(of: text, addingSpace: false, to: &ids)
    } else {
      appendWhole(text, addingSpace: false, to: &ids)
    }
  }

  /// A space in front would be lost if nothing stood before it.
  private func appendWhole(_ text: UnsafeBufferPointer<UInt8>, addingSpace: Bool, to ids: inout [Int32]) {
    guard addingSpace || (!text.isEmpty && Self.spaceWidth(text, at: 0) > 0) else { return bare.append(text, to: &ids) }
    let start = ids.count
    (guardText + (addingSpace ? Self.space : []) + text).withUnsafeBufferPointer { bare.append($0, to: &ids) }
    ids.removeSubrange(start..<min(ids.count, start + guardCount))
  }

  /// Encodes word by word, each with the spaces in front of it.
  private func appendWords(of text: UnsafeBufferPointer<UInt8>, addingSpace: Bool, to ids: inout [Int32]) {
    let whole = (addingSpace ? [0x20] : []) + text
    whole.withUnsafeBufferPointer { whole in
      workshops.withOne { workshop in
        var (start, position) = (0, 0)
        func appendWord() {
          let word = UnsafeBufferPointer(rebasing: whole[start..<position])
          workshop.cache.append(word, to: &ids) { bare.append(word, to: &$0) }
          start = position
        }
        var isInWord = false
        while position < whole.count {
          let width = Self.spaceWidth(whole, at: position)
          if width > 0, isInWord { appendWord() }
          isInWord = width == 0
          position += max(1, width)
        }
        if start < position { appendWord() }
      }
    }
  }

  private static let space = Array("\u{2581}".utf8)

  /// The number of bytes of a space, written as such or as `▁`; 0 where there is none.
  @inline(__always)
  private static func spaceWidth(_ text: UnsafeBufferPointer<UInt8>, at position: Int) -> Int {
    let byte = text[position]
    if byte == 0x20 { return 1 }
    return byte == 0xE2 && position + 2 < text.count && text[position + 1] == 0x96 && text[position + 2] == 0x81 ? 3 : 0
  }
}

extension SentencePieceSpecification {
  /// Whether what the model makes of a word does not depend on the words around it, as long as no piece holds parts of
  /// two words: text is taken as it is, merges go by score and each byte of an unknown character is a piece.
  ///
  /// A unigram model is another matter: it adds up over the whole text, and rounding may break a tie.
  fileprivate var keepsWordsApart: Bool {
    algorithm == .bpe && fallsBackToBytes && characterMap.isEmpty && !mergesSpaces && marksSpaces && !putsSpacesBehind
  }
}
