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
  /// Whether decoding removes the spaces before punctuation and contractions.
  public var cleansUpSpaces = true
  /// A word of more code points is unknown.
  public var longestWord = 100
  /// Whether a text that is too long loses its beginning.
  public var truncatesLeft = false
  public init() {}

  /// Takes what a directory's small files say.
  ///
  /// - Throws: ``FileError`` naming the key whose value is of the wrong kind.
  mutating func apply(_ directory: TokenizerDirectory) throws {
    let fields = directory.configuration
    if let value = try fields.bool("do_lower_case") { lowercases = value }
    if let value = try fields.bool("strip_accents") { stripsAccents = value }
    if let value = try fields.bool("tokenize_chinese_chars") { splitsIdeographs = value }
    if let value = try fields.bool("clean_up_tokenization_spaces") { cleansUpSpaces = value }
    if let name = directory.tokenizerClass { tokenizerClass = name }
    (modelMaxLength, truncatesLeft) = (directory.modelMaxLength, directory.truncatesLeft)
    for (key, path) in SpecialTokens.keys {
      if let token = directory.special[key] { special[keyPath: path] = token }
    }
  }

  /// As `tokenizer_config.json` has it.
  var configuration: JSONObject {
    var fields = JSONObject(SpecialTokens.keys.map { ($0.key, .string(special[keyPath: $0.path])) })
    fields["clean_up_tokenization_spaces"] = .bool(cleansUpSpaces)
    fields["do_lower_case"] = .bool(lowercases)
    fields["strip_accents"] = stripsAccents.map(JSON.bool) ?? .null
    fields["tokenize_chinese_chars"] = .bool(splitsIdeographs)
    fields["tokenizer_class"] = .string(tokenizerClass)
    if truncatesLeft { fields["truncation_side"] = "left" }
    return fields
  }
}
