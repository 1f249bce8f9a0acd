import RefluxIO

/// What a WordPiece tokenizer can be told, with BERT's defaults.
public struct WordPieceSettings: Sendable, Equatable {
  public var lowercases = true
  /// `nil`: accents are stripped if letters are lower-cased.
  public var stripsAccents: Bool?
  public var splitsIdeographs = true
  public var special = SpecialTokens()
  /// `model_max_length`; `nil` when there is no limit.
  public var modelMaxLength: Int?
  public var tokenizerClass = "BertTokenizer"
  /// A word of more code points is unknown.
  public var longestWord = 100
  public init() {}

  /// Takes what a directory's small files say.
  ///
  /// - Throws: ``FileError`` naming the key whose value is of the wrong kind.
  mutating func apply(_ directory: TokenizerDirectory) throws {
    let fields = directory.configuration
    if let value = try fields.bool("do_lower_case") { lowercases = value }
    if let value = try fields.bool("strip_accents") { stripsAccents = value }
    if let value = try fields.bool("tokenize_chinese_chars") { splitsIdeographs = value }
    if let name = directory.tokenizerClass { tokenizerClass = name }
    modelMaxLength = directory.modelMaxLength
    for (key, path) in SpecialTokens.keys {
      if let token = directory.special[key] { special[keyPath: path] = token }
    }
  }

  /// Takes what a `tokenizer.json` says about normalization and its model.
  mutating func apply(tokenizerFile fields: JSONFields) throws {
    if let normalizer = try fields.fields("normalizer"), try normalizer.string("type") == "BertNormalizer" {
      if let value = try normalizer.bool("lowercase") { lowercases = value }
      if let value = try normalizer.bool("strip_accents") { stripsAccents = value }
      if let value = try normalizer.bool("handle_chinese_chars") { splitsIdeographs = value }
    }
    if let model = try fields.fields("model") {
      if let token = try model.string("unk_token") { special.unknown = token }
      if let length = try model.integer("max_input_chars_per_word") { longestWord = length }
    }
  }
}
