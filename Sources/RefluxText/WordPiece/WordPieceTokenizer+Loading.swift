import RefluxIO

extension WordPieceTokenizer {
  /// Loads a Hugging Face directory: `vocab.txt` or else `tokenizer.json`, and what its small files say.
  ///
  /// - Throws: ``FileError`` about a missing, unreadable or contradictory file.
  public init(directory: String) throws { try self.init(TokenizerDirectory(directory)) }

  init(_ directory: TokenizerDirectory) throws {
    var settings = WordPieceSettings()
    // The small files say all that is in this large one.
    let isNeeded = !directory.has("vocab.txt") || !directory.has("tokenizer_config.json")
    let tokenizerFile =
      isNeeded && directory.has("tokenizer.json") ? try JSONFields(contentsOf: directory.file("tokenizer.json")) : nil
    try tokenizerFile.map { try settings.apply(tokenizerFile: $0) }
    try settings.apply(directory)
    let path = directory.file("vocab.txt")
    if directory.has("vocab.txt") {
      try self.init(Vocabulary(contentsOf: path), settings, extra: directory.addedTokens, source: path)
    } else if let tokenizerFile {
      try self.init(
        Vocabulary(tokenizerFile), settings, extra: directory.addedTokens, source: tokenizerFile.path)
    } else {
      throw FileError(
        directory.path, "a WordPiece tokenizer needs vocab.txt or tokenizer.json, and neither is here")
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
