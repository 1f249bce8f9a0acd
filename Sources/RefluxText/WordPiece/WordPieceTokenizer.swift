import RefluxCore
import RefluxIO

/// BERT's tokenizer: words, cut into the longest pieces that the vocabulary has.
///
/// Gives the ids of transformers' `BertTokenizerFast` (version 4). Source: Devlin et al. 2019; Wu et al. 2016,
/// section 4.1.
public struct WordPieceTokenizer: Tokenizer {
  public let settings: WordPieceSettings
  let inner: PipelineTokenizer

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

  /// Loads `vocab.txt` and what the directory's small files say.
  ///
  /// - Throws: ``FileError`` about a missing, unreadable or contradictory file.
  public init(directory: String) throws { try self.init(TokenizerDirectory(directory)) }

  init(_ directory: TokenizerDirectory) throws {
    var settings = WordPieceSettings()
    try settings.apply(directory)
    let path = directory.file(ModelFile.wordPieces)
    try self.init(Vocabulary(contentsOf: path), settings, extra: directory.addedTokens, source: path)
  }

  private init(
    _ vocabulary: Vocabulary, _ settings: WordPieceSettings, extra: [AddedToken], source: String
  ) throws {
    func id(_ token: String) throws -> Int32 {
      guard let id = vocabulary.id(token) else { throw FileError(source, "has no token '\(token)'") }
      return id
    }
    let names = settings.special
    let special = names.all.compactMap { token in vocabulary.id(token).map { AddedToken(text: token, id: $0) } }
    var parts = TokenizerParts(
      try WordPieceModel(vocabulary, unknown: names.unknown, longestWord: settings.longestWord, source: source),
      addedTokens: extra + special.filter { token in !extra.contains { $0.text == token.text } }, source: source)
    parts.normalizer = [
      "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": .bool(settings.splitsIdeographs),
      "strip_accents": settings.stripsAccents.map(JSON.bool) ?? .null, "lowercase": .bool(settings.lowercases),
    ]
    parts.preTokenizer = ["type": "BertPreTokenizer"]
    let (classifier, separator) = (try id(names.classifier), try id(names.separator))
    parts.postProcessor = RowTemplate.bert(classifier: classifier, separator: separator).description {
      $0 == classifier ? names.classifier : names.separator
    }
    parts.decoder = ["type": "WordPiece", "prefix": "##", "cleanup": true]
    self.settings = settings
    inner = try PipelineTokenizer(
      parts, configuration: settings.configuration, modelMaxLength: settings.modelMaxLength,
      cleansUpSpaces: settings.cleansUpSpaces, vocabularyFiles: .words)
  }

  public var vocabulary: Vocabulary { inner.parts.model.vocabulary }
  public var vocabularySize: Int { inner.vocabularySize }
  public func token(_ id: Int32) -> String? { inner.token(id) }
  public var modelMaxLength: Int? { inner.modelMaxLength }
  public func specialTokenCount(pair: Bool) -> Int { inner.specialTokenCount(pair: pair) }

  /// The ids of a text's pieces, without the marks around it.
  public func pieces(_ text: String) -> [Int32] { inner.pipeline.ids(text) }

  public func encode(_ text: String, pair: String?, maxLength: Int?) -> EncodedRow {
    inner.encode(text, pair: pair, maxLength: maxLength)
  }

  /// Text again: pieces joined, special tokens left out, the spaces before punctuation and contractions removed.
  public func decode(_ ids: [Int32]) -> String { inner.decode(ids) }

  /// Writes `vocab.txt`, `tokenizer_config.json`, `special_tokens_map.json` and `tokenizer.json`.
  public func save(to directory: String) throws { try inner.save(to: directory) }
}
