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

  /// Takes what `tokenizer_config.json` or `special_tokens_map.json` says.
  ///
  /// - Throws: ``FileError`` naming the key whose value is of the wrong kind.
  mutating func apply(_ fields: JSONFields) throws {
    if let value = try fields.bool("do_lower_case") { lowercases = value }
    if let value = try fields.bool("strip_accents") { stripsAccents = value }
    if let value = try fields.bool("tokenize_chinese_chars") { splitsIdeographs = value }
    if let name = try fields.string("tokenizer_class") { tokenizerClass = name }
    // transformers writes 1e30 for "no limit".
    if let limit = try fields.number("model_max_length") { modelMaxLength = limit < 1e9 ? Int(limit) : nil }
    for (key, path) in SpecialTokens.keys {
      if let token = fields.object[key]?.object?["content"]?.string {
        special[keyPath: path] = token
      } else if let token = try fields.string(key) {
        special[keyPath: path] = token
      }
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
