import RefluxCore
import RefluxIO

extension PipelineTokenizer {
  /// Loads a directory's `tokenizer.json`, with what its small files change about it, as transformers does.
  ///
  /// - Throws: ``FileError`` naming the part that is missing, broken or not known.
  init(tokenizerFile directory: TokenizerDirectory) throws {
    let file = try JSONFields(contentsOf: directory.file(ModelFile.tokenizer))
    var parts = try TokenizerParts(file)
    try parts.apply(directory)
    var configuration = directory.configuration.object
    for (key, text) in directory.special { configuration[key] = .string(text) }
    // What was set when the file was saved holds unless the configuration says something else.
    if configuration["truncation_side"] == nil, file.object["truncation"]?["direction"] == "Left" {
      configuration["truncation_side"] = "left"
    }
    if directory.tokenizerClass.map(TokenizerKind.debertaBytes.classes.contains) ?? true {
      configuration["tokenizer_class"] = .string(TokenizerKind.classOfFiles)
    }
    let isBert = TokenizerKind.wordPiece.classes.contains(directory.tokenizerClass ?? "")
    try self.init(
      parts, configuration: configuration, modelMaxLength: directory.modelMaxLength,
      cleansUpSpaces: try directory.configuration.bool("clean_up_tokenization_spaces") ?? isBert)
  }
}

extension TokenizerParts {
  /// Takes what the small files say where they say it: they are what people edit.
  fileprivate mutating func apply(_ directory: TokenizerDirectory) throws {
    let fields = directory.configuration
    addedTokens += directory.addedTokens.filter { token in !addedTokens.contains { $0.text == token.text } }
    if preTokenizer["type"] == "ByteLevel", let value = try fields.bool("add_prefix_space") {
      preTokenizer.set("add_prefix_space", .bool(value))
    }
    if normalizer["type"] == "BertNormalizer" {
      if let value = try fields.bool("do_lower_case") { normalizer.set("lowercase", .bool(value)) }
      if let value = try fields.bool("strip_accents") { normalizer.set("strip_accents", .bool(value)) }
      if let value = try fields.bool("tokenize_chinese_chars") {
        normalizer.set("handle_chinese_chars", .bool(value))
      }
    }
    guard directory.tokenizerClass == "LlamaTokenizer" else { return }
    let (begins, ends) = (try fields.bool("add_bos_token"), try fields.bool("add_eos_token"))
    guard begins != nil || ends != nil else { return }
    func id(_ key: String, _ fallback: String) throws -> Int32 {
      let text = directory.special[key] ?? fallback
      guard let id = addedTokens.first(where: { $0.text == text })?.id ?? model.vocabulary.id(text) else {
        throw FileError(source, "has no token '\(text)'")
      }
      return id
    }
    let template = RowTemplate.decoder(
      begin: begins ?? true ? try id("bos_token", "<s>") : nil, end: ends ?? false ? try id("eos_token", "</s>") : nil)
    let texts = Dictionary(addedTokens.map { ($0.id, $0.text) }, uniquingKeysWith: { _, last in last })
    let vocabulary = model.vocabulary
    postProcessor = template.description { texts[$0] ?? vocabulary.tokens[Int($0)] }
  }
}

extension JSON {
  fileprivate mutating func set(_ key: String, _ value: JSON) {
    guard var fields = object else { return }
    fields[key] = value
    self = .object(fields)
  }
}
