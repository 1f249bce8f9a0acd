import RefluxCore
import RefluxIO

/// The tokenizers of ALBERT, DeBERTa-v2 and v3, and LLaMA 1 and 2: added tokens are found first, the text between them
/// is cut by a SentencePiece model.
///
/// Gives the ids of transformers 4's tokenizers that call SentencePiece themselves, and truncates as its fast ones do.
/// Source: Kudo and Richardson 2018.
public struct SentencePieceTokenizer: Tokenizer {
  /// How the text between added tokens is encoded.
  enum Text: Sendable {
    case albert(AlbertText)
    case deberta(DebertaText)
    case llama(LlamaText, isLegacy: Bool, addsSpace: Bool)
  }

  let family: SentencePieceFamily
  let text: Text
  let processor: SentencePieceProcessor
  let template: RowTemplate
  /// Tokens that are looked for in the text, in order of their ids.
  let addedTokens: [AddedToken]
  let lowercasing: Lowercasing?
  /// What is written when the tokenizer is saved, by the file's name.
  let files: [(name: String, bytes: [UInt8])]
  public let vocabularySize: Int
  public let modelMaxLength: Int?
  public let endToken: Int32?
  /// Whether decoding takes the spaces before punctuation away.
  let cleansSpaces: Bool
  private let finder: AddedTokenFinder
  /// Ids that decoding leaves out.
  let specialIDs: Set<Int32>
  /// Ids that stand between spaces when they are decoded.
  let spacedIDs: Set<Int32>

  init(
    _ family: SentencePieceFamily, _ text: Text, _ processor: SentencePieceProcessor, _ vocabulary: SpecialVocabulary,
    template: RowTemplate, lowercases: Bool, cleansSpaces: Bool, modelMaxLength: Int?,
    files: [(name: String, bytes: [UInt8])]
  ) {
    (self.family, self.text, self.processor, self.template) = (family, text, processor, template)
    (self.modelMaxLength, self.cleansSpaces, self.files) = (modelMaxLength, cleansSpaces, files)
    addedTokens = vocabulary.addedTokens
    endToken = vocabulary.ids["eos_token"]
    specialIDs = Set(addedTokens.filter(\.isSpecial).map(\.id))
    let pieceCount = processor.pieceCount
    spacedIDs = Set(addedTokens.map(\.id)).subtracting(vocabulary.ids.values).filter { id in
      id >= pieceCount || !vocabulary.addedTokens.contains { $0.id == id && $0.isSpecial }
    }
    vocabularySize = max(processor.pieceCount, Int((addedTokens.map(\.id).max() ?? -1) + 1))
    finder = AddedTokenFinder(addedTokens)
    lowercasing = lowercases ? Lowercasing(addedTokens) : nil
  }

  public func token(_ id: Int32) -> String? { addedTokens.first { $0.id == id }?.text ?? processor.piece(id) }

  public func specialTokenCount(pair: Bool) -> Int { template.specialTokenCount(pair: pair) }

  public func encode(_ text: String, pair: String?, maxLength: Int?) -> EncodedRow {
    template.row(pieces(text), pair.map(pieces), maxLength: maxLength)
  }

  /// The ids of a text, without the marks around it.
  public func pieces(_ text: String) -> [Int32] {
    var (ids, text) = ([Int32](), text)
    text.withUTF8 { bytes in
      ids.reserveCapacity(bytes.count / 3 + 2)
      if let lowercasing, lowercasing.changes(bytes) {
        lowercasing.apply(bytes).withUnsafeBufferPointer { append($0, to: &ids) }
      } else {
        append(bytes, to: &ids)
      }
    }
    return ids
  }

  public func encode(continuing text: String) -> [Int32] {
    guard case .llama(let llama, _, _) = self.text else { return pieces(text) }
    var (ids, text) = ([Int32](), text)
    text.withUTF8 { bytes in
      finder.scan(bytes, onText: { llama.append(continuing: $0, to: &ids) }, onToken: { ids.append($0) })
    }
    return ids
  }

  private func append(_ bytes: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
    switch text {
    case .albert(let text):
      finder.scan(bytes, onText: { text.append($0, to: &ids) }, onToken: { ids.append($0) })
    case .deberta(let text):
      finder.scan(bytes, onText: { text.append($0, to: &ids) }, onToken: { ids.append($0) })
    case .llama(let text, isLegacy: true, _):
      finder.scan(bytes, onText: { text.append($0, isFirst: true, to: &ids) }, onToken: { ids.append($0) })
    case .llama(let text, isLegacy: false, let addsSpace): appendLlama(bytes, text, addsSpace, to: &ids)
    }
  }

  /// The space in front of a text is a piece by itself if an added token comes first, and left out if it is a special
  /// one.
  private func appendLlama(
    _ bytes: UnsafeBufferPointer<UInt8>, _ text: LlamaText, _ addsSpace: Bool, to ids: inout [Int32]
  ) {
    var isFirst = addsSpace
    finder.scan(
      bytes,
      onText: {
        text.append($0, isFirst: isFirst, to: &ids)
        isFirst = false
      },
      onToken: { id in
        if isFirst, !specialIDs.contains(id) {
          text.append(UnsafeBufferPointer(rebasing: bytes[..<0]), isFirst: true, to: &ids)
        }
        ids.append(id)
        isFirst = false
      })
  }
}
