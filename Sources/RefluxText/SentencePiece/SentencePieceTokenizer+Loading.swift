import RefluxIO

extension SentencePieceTokenizer {
  /// Loads a Hugging Face directory: the family's model file, and what the small files say.
  ///
  /// - Throws: ``FileError`` about a missing, unreadable or contradictory file.
  init(_ directory: TokenizerDirectory, _ family: SentencePieceFamily) throws {
    let fields = directory.configuration
    let path = directory.file(family.file)
    let bytes = try MappedFile.contents(of: path)
    let lowercases = try fields.bool("do_lower_case") ?? family.lowercases
    let cleansSpaces = try fields.bool("clean_up_tokenization_spaces") ?? false
    var settings: [(String, JSON)] = [
      ("clean_up_tokenization_spaces", .bool(cleansSpaces)), ("tokenizer_class", .string(family.tokenizerClass)),
    ]
    let (text, processor): (Text, SentencePieceProcessor)
    switch family {
    case .albert:
      processor = try SentencePieceProcessor(bytes, path: path)
      let albert = AlbertText(
        processor, lowercases: lowercases, mergesSpaces: try fields.bool("remove_space") ?? true,
        keepsAccents: try fields.bool("keep_accents") ?? false)
      settings += [("do_lower_case", .bool(lowercases)), ("remove_space", .bool(albert.mergesSpaces))]
      settings += [("keep_accents", .bool(albert.keepsAccents))]
      text = .albert(albert)
    case .deberta:
      processor = try SentencePieceProcessor(bytes, path: path)
      let splits = try fields.bool("split_by_punct") ?? false
      settings += [("do_lower_case", .bool(lowercases)), ("split_by_punct", .bool(splits))]
      text = .deberta(DebertaText(processor: processor, lowercases: lowercases, splitsPunctuation: splits))
    case .llama:
      let isLegacy = try fields.bool("legacy") ?? true
      let addsSpace = try fields.bool("add_prefix_space") ?? true
      settings += [("legacy", .bool(isLegacy)), ("add_prefix_space", .bool(addsSpace))]
      settings += [("add_bos_token", .bool(try fields.bool("add_bos_token") ?? true))]
      settings += [("add_eos_token", .bool(try fields.bool("add_eos_token") ?? false))]
      let unknown = directory.special["unk_token"] ?? family.special["unk_token"] ?? ""
      let llama = try LlamaText(bytes, path: path, isLegacy: isLegacy, unknown: unknown)
      processor = llama.decoder
      text = .llama(llama, isLegacy: isLegacy, addsSpace: addsSpace)
    }
    let special = try SpecialVocabulary(directory, family, processor)
    var template = try Self.template(family, fields, special)
    template.truncatesLeft = directory.truncatesLeft
    if template.hasSegments { settings.append(("model_input_names", RowTemplate.inputNames)) }
    self.init(
      family, text, processor, special, template: template,
      lowercases: lowercases, cleansSpaces: cleansSpaces, modelMaxLength: directory.modelMaxLength,
      files: try Self.files(directory, family, bytes, special, settings))
  }

  private static func template(
    _ family: SentencePieceFamily, _ fields: JSONFields, _ special: SpecialVocabulary
  ) throws -> RowTemplate {
    guard family == .llama else {
      return .bert(classifier: try special.required("cls_token"), separator: try special.required("sep_token"))
    }
    let begins = try fields.bool("add_bos_token") ?? true
    let ends = try fields.bool("add_eos_token") ?? false
    return .decoder(
      begin: begins ? try special.required("bos_token") : nil, end: ends ? try special.required("eos_token") : nil)
  }
}
