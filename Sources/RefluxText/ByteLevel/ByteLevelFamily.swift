import RefluxCore
import RefluxIO

/// Tokenizers that have GPT-2's byte pairs in `vocab.json` and `merges.txt`, and differ in their special tokens.
struct ByteLevelFamily: Sendable {
  /// The class that a saved tokenizer names.
  let savedClass: String
  /// What special tokens are called if no file says so.
  let special: [String: String]
  /// Whether the mask, and whether the others, are looked for in normalized text: the same here, but it is in the files.
  let normalizesMask: Bool, normalizesOthers: Bool
  /// `post_processor`, of the ids of classifier and separator.
  let postProcessor: @Sendable (_ classifier: (String, Int32), _ separator: (String, Int32), _ prefix: Bool) -> JSON

  /// `<s> A </s></s> B </s>` without segments.
  static let roberta = Self(
    savedClass: "RobertaTokenizer",
    special: [
      "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "sep_token": "</s>", "pad_token": "<pad>",
      "cls_token": "<s>", "mask_token": "<mask>",
    ], normalizesMask: false, normalizesOthers: true
  ) { classifier, separator, addsPrefixSpace in
    func mark(_ token: (String, Int32)) -> JSON { .array([.string(token.0), .integer(Int(token.1))]) }
    return [
      "type": "RobertaProcessing", "sep": mark(separator), "cls": mark(classifier), "trim_offsets": true,
      "add_prefix_space": .bool(addsPrefixSpace),
    ]
  }

  /// `[CLS] A [SEP] B [SEP]`, the second text segment 1.
  ///
  /// transformers 5 forgets the template of its own `DebertaTokenizer`, so what is saved, here and from a
  /// `tokenizer.json`, points at `tokenizer.json`.
  static let deberta = Self(
    savedClass: TokenizerKind.classOfFiles,
    special: [
      "bos_token": "[CLS]", "eos_token": "[SEP]", "unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]",
      "cls_token": "[CLS]", "mask_token": "[MASK]",
    ], normalizesMask: true, normalizesOthers: false
  ) { classifier, separator, _ in
    RowTemplate.bert(classifier: classifier.1, separator: separator.1).description {
      $0 == classifier.1 ? classifier.0 : separator.0
    }
  }

  /// Loads `vocab.json` and `merges.txt`, with what the directory's small files say.
  ///
  /// - Throws: ``FileError`` about a missing, unreadable or contradictory file.
  func load(_ directory: TokenizerDirectory) throws -> PipelineTokenizer {
    let path = directory.file(ModelFile.vocabulary)
    let vocabulary = try Vocabulary(ids: JSONFields(contentsOf: path))
    let merges = try BytePairModel.merges(contentsOf: directory.file(ModelFile.merges), vocabulary)
    let names = special.merging(directory.special) { _, given in given }
    let added = addedTokens(directory, names, vocabulary)
    func mark(_ key: String) throws -> (String, Int32) {
      let name = names[key] ?? ""
      guard let token = added.first(where: { $0.text == name }) else { throw FileError(path, "has no token '\(name)'") }
      return (name, token.id)
    }
    let prefix = try directory.configuration.bool("add_prefix_space") ?? false
    func byteLevel(_ addsPrefixSpace: Bool) -> JSON {
      ["type": "ByteLevel", "add_prefix_space": .bool(addsPrefixSpace), "trim_offsets": true, "use_regex": true]
    }
    var parts = TokenizerParts(
      BytePairModel(vocabulary, merges: merges, BytePairModel.Settings(), readsBytes: true), addedTokens: added,
      source: path)
    parts.preTokenizer = byteLevel(prefix)
    parts.postProcessor = postProcessor(try mark("cls_token"), try mark("sep_token"), prefix)
    parts.decoder = byteLevel(true)
    var configuration = directory.configuration.object
    for (key, text) in names { configuration[key] = .string(text) }
    configuration["add_prefix_space"] = .bool(prefix)
    configuration["tokenizer_class"] = .string(savedClass)
    return try PipelineTokenizer(
      parts, configuration: configuration, modelMaxLength: directory.modelMaxLength,
      cleansUpSpaces: try directory.configuration.bool("clean_up_tokenization_spaces") ?? false,
      vocabularyFiles: .bytePairs)
  }

  /// The special tokens that the vocabulary has, then what else the files add.
  private func addedTokens(
    _ directory: TokenizerDirectory, _ names: [String: String], _ vocabulary: Vocabulary
  ) -> [AddedToken] {
    var tokens: [AddedToken] = []
    for key in TokenizerDirectory.specialKeys {
      guard let text = names[key], !tokens.contains(where: { $0.text == text }) else { continue }
      let isMask = key == "mask_token"
      var token =
        directory.manner(of: text)
        ?? AddedToken(text: text, id: -1, stripsLeft: isMask, isNormalized: isMask ? normalizesMask : normalizesOthers)
      token.id = vocabulary.id(text) ?? token.id
      token.isSpecial = true
      if token.id >= 0 { tokens.append(token) }
    }
    return tokens + directory.addedTokens.filter { token in !tokens.contains { $0.text == token.text } }
  }
}

extension BytePairModel {
  /// Reads a `merges.txt`: two tokens a line, in the order of their ranks.
  ///
  /// - Throws: ``FileError`` naming the line that is something else, or whose tokens the vocabulary does not have.
  static func merges(contentsOf path: String, _ vocabulary: Vocabulary) throws -> MergeTable {
    let reader = try LineReader(path)
    var (pairs, lines) = ([(String, String)](), [Int]())
    while let line = try reader.next() {
      if line.isEmpty || line.hasPrefix("#version") { continue }
      guard let pair = pair(line) else { throw FileError(path, line: reader.number, "wants two tokens and a space") }
      pairs.append(pair)
      lines.append(reader.number)
    }
    return try merges(pairs, vocabulary, Settings()) { throw FileError(path, line: lines[$0], $1) }
  }
}
