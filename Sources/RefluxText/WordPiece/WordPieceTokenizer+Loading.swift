import Foundation
import RefluxIO

extension WordPieceTokenizer {
  /// Loads a Hugging Face directory: `vocab.txt` or else `tokenizer.json`, and `tokenizer_config.json` and
  /// `special_tokens_map.json` where they are.
  ///
  /// - Throws: ``FileError`` about a missing, unreadable or contradictory file.
  public init(directory: String) throws {
    func existing(_ name: String) -> String? {
      let path = "\(directory)/\(name)"
      return FileManager.default.fileExists(atPath: path) ? path : nil
    }
    var settings = WordPieceSettings()
    var extra: [AddedTokens.Token] = []
    // The other two files say all that is in this large one.
    let isNeeded = existing("vocab.txt") == nil || existing("tokenizer_config.json") == nil
    let tokenizerFile = try existing("tokenizer.json").flatMap { isNeeded ? try JSONFields(contentsOf: $0) : nil }
    try tokenizerFile.map { try settings.apply(tokenizerFile: $0) }
    for name in ["special_tokens_map.json", "tokenizer_config.json"] {
      guard let path = existing(name) else { continue }
      let fields = try JSONFields(contentsOf: path)
      try settings.apply(fields)
      extra += try Self.addedTokens(fields)
    }
    if let path = existing("vocab.txt") {
      try self.init(Vocabulary(contentsOf: path), settings, extra: extra, source: path)
    } else if let tokenizerFile {
      try self.init(Vocabulary(tokenizerFile), settings, extra: extra, source: tokenizerFile.path)
    } else {
      throw FileError(directory, "a WordPiece tokenizer needs vocab.txt or tokenizer.json, and neither is here")
    }
  }

  /// Reads `added_tokens_decoder`: `{"100": {"content": "[UNK]", "lstrip": false, …}}`.
  private static func addedTokens(_ fields: JSONFields) throws -> [AddedTokens.Token] {
    guard let decoder = try fields.fields("added_tokens_decoder") else { return [] }
    return try decoder.object.keys.map { key in
      guard let id = Int32(key), let token = try decoder.fields(key) else {
        throw FileError(fields.path, "'added_tokens_decoder.\(key)' wants a token id as its key")
      }
      let text = try token.required("content", token.string)
      for flag in ["single_word", "normalized"] where try token.bool(flag) == true {
        throw FileError(fields.path, "the added token '\(text)' is '\(flag)', which is not supported")
      }
      return AddedTokens.Token(
        text: text, id: id, stripsLeft: try token.bool("lstrip") ?? false,
        stripsRight: try token.bool("rstrip") ?? false)
    }
  }
}

extension Vocabulary {
  /// Reads a `vocab.txt`: one token a line.
  ///
  /// - Throws: ``FileError``: the file cannot be read, is empty, or has a line that is not UTF-8.
  public init(contentsOf path: String) throws {
    let reader = try LineReader(path)
    var tokens: [String] = []
    while let token = try reader.next() { tokens.append(token) }
    guard !tokens.isEmpty else { throw FileError(path, "is empty") }
    self.init(tokens)
  }

  /// Takes the vocabulary of a `tokenizer.json` whose model is WordPiece.
  init(_ file: JSONFields) throws {
    let model = try file.required("model", file.fields)
    // Old files leave the type out.
    if let type = try model.string("type"), type != "WordPiece" {
      throw FileError(file.path, "its model is '\(type)', but a BERT tokenizer's is 'WordPiece'")
    }
    let entries = try model.required("vocab", model.fields).object.entries
    var tokens = [String?](repeating: nil, count: entries.count)
    for (token, value) in entries {
      guard let id = value.integer, tokens.indices.contains(id), tokens[id] == nil else {
        throw FileError(file.path, "the ids of the vocabulary are not 0 to \(entries.count - 1), each once")
      }
      tokens[id] = token
    }
    self.init(tokens.compactMap { $0 })
  }
}
