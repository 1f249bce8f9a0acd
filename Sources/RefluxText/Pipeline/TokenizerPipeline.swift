import RefluxCore
import RefluxIO

/// Carries out what the parts of a tokenizer say: added tokens, normalization, words, the model, rows, and back.
///
/// The order is that of Hugging Face `tokenizers`: added tokens are found in the text as it was written, then, after
/// normalization, those that are looked for in normalized text.
struct TokenizerPipeline: Sendable {
  let model: any TokenModel
  var template: RowTemplate
  private let addedTokens: [AddedToken]
  private let writtenTokens: AddedTokenFinder, normalizedTokens: AddedTokenFinder
  private let words: WordSource
  private let decoder: any TokenDecoder
  private let addedTexts: [Int32: String]
  private let specialIDs: Set<Int32>
  private let workshops = Workshops()

  /// What text goes through before it is words.
  private enum WordSource: Sendable {
    /// BERT's normalizer and pre-tokenizer at once.
    case bert(WordSplitter)
    case parts((any Normalizer)?, (any PreTokenizer)?)
  }

  /// Puts the parts together.
  ///
  /// - Throws: ``FileError`` naming the part that is broken or not known.
  init(_ parts: TokenizerParts) throws {
    (model, addedTokens) = (parts.model, parts.addedTokens)
    let normalizerFields = try parts.fields("normalizer", parts.normalizer)
    let preTokenizerFields = try parts.fields("pre_tokenizer", parts.preTokenizer)
    let normalizer = try normalizerFields.map(NormalizerReader.read)
    let readsBytes = (model as? BytePairModel)?.readsBytes ?? false
    let preTokenizer = try preTokenizerFields.map(PreTokenizerReader(readsBytes: readsBytes).read)
    writtenTokens = AddedTokenFinder(addedTokens.filter { !$0.isNormalized })
    normalizedTokens = AddedTokenFinder(addedTokens.filter(\.isNormalized)) { text in
      normalizer?.normalized(Array(text.utf8)) ?? Array(text.utf8)
    }
    if let bert = normalizer as? BertNormalizer, bert.cleansText, preTokenizer is BertWords, normalizedTokens.isEmpty {
      words = .bert(
        WordSplitter(
          lowercases: bert.lowercases, stripsAccents: bert.stripsAccents, splitsIdeographs: bert.splitsIdeographs))
    } else {
      words = .parts(normalizer, preTokenizer)
    }
    template = try parts.fields("post_processor", parts.postProcessor).map(TemplateReader.read) ?? .plain
    decoder = try parts.fields("decoder", parts.decoder).map(DecoderReader.read) ?? SpacedDecoder()
    addedTexts = Dictionary(addedTokens.map { ($0.id, $0.text) }, uniquingKeysWith: { _, last in last })
    specialIDs = Set(addedTokens.filter(\.isSpecial).map(\.id))
  }

  /// Every id is below it.
  var vocabularySize: Int {
    let added = addedTokens.map(\.id) + template.tokens
    return max(model.vocabulary.count, (added.max().map { Int($0) } ?? -1) + 1)
  }

  /// The token that an id stands for.
  func token(_ id: Int32) -> String? {
    if let text = addedTexts[id] { return text }
    let tokens = model.vocabulary.tokens
    return tokens.indices.contains(Int(id)) && !tokens[Int(id)].isEmpty ? tokens[Int(id)] : nil
  }

  /// The ids of a text's tokens, without what the template adds.
  func ids(_ text: String) -> [Int32] {
    workshops.withOne { workshop in
      var (text, ids) = (text, [Int32]())
      ids.reserveCapacity(text.utf8.count / 3 + 4)
      text.withUTF8 { append($0, to: &ids, workshop) }
      return ids
    }
  }

  private func append(_ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32], _ workshop: Workshop) {
    var isFirst = true
    writtenTokens.scan(text) { stretch in
      switch words {
      case .bert(let splitter):
        workshop.splitWords(stretch, splitter) { append(word: $0, to: &ids, workshop) }
      case .parts(nil, let preTokenizer) where normalizedTokens.isEmpty:
        split(TextPiece(bytes: stretch, isFirst: isFirst), preTokenizer, &ids, workshop)
      case .parts(let normalizer, let preTokenizer):
        let text = normalizer.map { $0.normalized(Array(stretch)) } ?? Array(stretch)
        text.withUnsafeBufferPointer { text in
          normalizedTokens.scan(text) { stretch in
            split(TextPiece(bytes: stretch, isFirst: isFirst), preTokenizer, &ids, workshop)
            isFirst = false
          } onToken: {
            ids.append($0)
            isFirst = false
          }
        }
      }
      isFirst = false
    } onToken: {
      ids.append($0)
      isFirst = false
    }
  }

  private func split(
    _ piece: TextPiece, _ preTokenizer: (any PreTokenizer)?, _ ids: inout [Int32], _ workshop: Workshop
  ) {
    guard let preTokenizer else { return append(word: piece.bytes, to: &ids, workshop) }
    preTokenizer.split(piece) { append(word: $0.bytes, to: &ids, workshop) }
  }

  @inline(__always)
  private func append(word: UnsafeBufferPointer<UInt8>, to ids: inout [Int32], _ workshop: Workshop) {
    guard !word.isEmpty else { return }
    workshop.cache.append(word, to: &ids) { model.append(word, to: &$0, &workshop.workspace) }
  }

  func row(_ text: String, pair: String?, maxLength: Int?) -> EncodedRow {
    template.row(ids(text), pair.map(ids), maxLength: maxLength)
  }

  /// Text again.
  func text(_ ids: [Int32], keepsSpecial: Bool = false) -> String {
    decoder.decoded(ids.compactMap { !keepsSpecial && specialIDs.contains($0) ? nil : token($0) }).joined()
  }
}
