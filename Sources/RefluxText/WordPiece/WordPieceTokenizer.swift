import RefluxCore
import RefluxIO

/// BERT's tokenizer: words, cut into the longest pieces that the vocabulary has.
///
/// Gives the ids of transformers' `BertTokenizerFast` (version 4). Source: Devlin et al. 2019; Wu et al. 2016,
/// section 4.1.
public struct WordPieceTokenizer: Tokenizer {
  public let vocabulary: Vocabulary
  public let settings: WordPieceSettings
  let added: [AddedToken]
  private let finder: AddedTokenFinder
  private let trie: PieceTrie
  private let unknown: Int32, classifier: Int32, separator: Int32

  /// Makes a tokenizer of a vocabulary.
  ///
  /// - Parameters:
  ///   - vocabulary: Tokens in order of their ids; it holds the special tokens.
  ///   - settings: How text is normalized, and what the special tokens are called.
  ///   - source: Where the vocabulary comes from, for errors.
  /// - Throws: ``FileError`` if a special token is missing.
  public init(
    _ vocabulary: Vocabulary, _ settings: WordPieceSettings = WordPieceSettings(), source: String = "the vocabulary"
  ) throws {
    try self.init(vocabulary, settings, extra: [], source: source)
  }

  init(_ vocabulary: Vocabulary, _ settings: WordPieceSettings, extra: [AddedToken], source: String) throws {
    func id(_ token: String) throws -> Int32 {
      guard let id = vocabulary.id(token) else { throw FileError(source, "has no token '\(token)'") }
      return id
    }
    (self.vocabulary, self.settings) = (vocabulary, settings)
    unknown = try id(settings.special.unknown)
    classifier = try id(settings.special.classifier)
    separator = try id(settings.special.separator)
    let special = settings.special.all.compactMap { token in
      vocabulary.id(token).map { AddedToken(text: token, id: $0) }
    }
    added = extra + special.filter { token in !extra.contains { $0.text == token.text } }
    finder = AddedTokenFinder(added)
    trie = Self.trie(vocabulary)
  }

  private static func trie(_ vocabulary: Vocabulary) -> PieceTrie {
    var trie = PieceTrie()
    for (id, token) in vocabulary.tokens.enumerated() {
      trie.insert(token.utf8, continuing: false, id: Int32(id))
      if token.utf8.starts(with: "##".utf8) {
        trie.insert(token.utf8.dropFirst(2), continuing: true, id: Int32(id))
      }
    }
    return trie
  }

  public var vocabularySize: Int { vocabulary.count }
  public var modelMaxLength: Int? { settings.modelMaxLength }
  public func specialTokenCount(pair: Bool) -> Int { pair ? 3 : 2 }

  /// The ids of a text's pieces, without the marks around it.
  public func pieces(_ text: String) -> [Int32] {
    var (ids, text) = ([Int32](), text)
    var splitter = WordSplitter(
      lowercases: settings.lowercases, stripsAccents: settings.stripsAccents ?? settings.lowercases,
      splitsIdeographs: settings.splitsIdeographs)
    text.withUTF8 { bytes in
      ids.reserveCapacity(bytes.count / 3)
      finder.scan(
        bytes, onText: { splitter.split($0) { word, scalarCount in appendPieces(of: word, scalarCount, to: &ids) } },
        onToken: { ids.append($0) })
    }
    return ids
  }

  private func appendPieces(of word: UnsafeBufferPointer<UInt8>, _ scalarCount: Int, to ids: inout [Int32]) {
    let count = ids.count
    var position = scalarCount <= settings.longestWord ? 0 : word.count
    while position < word.count, let match = trie.longestMatch(in: word, at: position) {
      ids.append(match.id)
      position = match.end
    }
    if position < word.count || scalarCount > settings.longestWord {
      ids.removeLast(ids.count - count)
      ids.append(unknown)
    }
  }

  public func encode(_ text: String, pair: String?, maxLength: Int?) -> EncodedRow {
    let (first, second) = (pieces(text), pair.map(pieces))
    let limit = maxLength.map { max(0, $0 - specialTokenCount(pair: pair != nil)) } ?? .max
    let kept =
      second.map { keptLengths(first.count, $0.count, limit: limit) } ?? (min(first.count, limit), 0)
    var ids = [classifier] + first.prefix(kept.0) + [separator]
    var segments = [Int32](repeating: 0, count: ids.count)
    if let second {
      ids += second.prefix(kept.1) + [separator]
      segments += [Int32](repeating: 1, count: ids.count - segments.count)
    }
    return EncodedRow(
      ids: ids, segments: segments, wasTruncated: kept.0 < first.count || kept.1 < second?.count ?? 0)
  }
}
