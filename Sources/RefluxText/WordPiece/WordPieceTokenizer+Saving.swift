import RefluxIO

extension WordPieceTokenizer {
  /// Writes `vocab.txt`, `tokenizer_config.json`, `special_tokens_map.json` and `tokenizer.json`.
  public func save(to directory: String) throws {
    try AtomicFile.write(to: "\(directory)/vocab.txt") { file in
      for token in vocabulary.tokens { try file.append((token + "\n").utf8) }
    }
    let special = JSONObject(SpecialTokens.keys.map { ($0.key, .string(settings.special[keyPath: $0.path])) })
    try write(.object(special), to: "\(directory)/special_tokens_map.json")
    try write(configuration(special), to: "\(directory)/tokenizer_config.json")
    try write(tokenizerFile, to: "\(directory)/tokenizer.json")
  }

  private func write(_ json: JSON, to path: String) throws { try AtomicFile.write(json.indented() + "\n", to: path) }

  private func configuration(_ special: JSONObject) -> JSON {
    var fields = special
    fields["added_tokens_decoder"] = .object(
      JSONObject(added.sorted { $0.id < $1.id }.map { (String($0.id), $0.description) }))
    fields["clean_up_tokenization_spaces"] = true
    fields["do_lower_case"] = .bool(settings.lowercases)
    fields["model_max_length"] = settings.modelMaxLength.map(JSON.integer) ?? .number(1e30)
    fields["strip_accents"] = settings.stripsAccents.map(JSON.bool) ?? .null
    fields["tokenize_chinese_chars"] = .bool(settings.splitsIdeographs)
    fields["tokenizer_class"] = .string(settings.tokenizerClass)
    return .object(fields)
  }

  /// The form that the fast tokenizers read.
  private var tokenizerFile: JSON {
    let addedTokens = added.sorted { $0.id < $1.id }.map { token -> JSON in
      var fields = JSONObject([("id", .integer(Int(token.id)))])
      for (key, value) in token.description.object?.entries ?? [] { fields[key] = value }
      return .object(fields)
    }
    let vocabulary = JSONObject(vocabulary.tokens.enumerated().map { ($1, .integer($0)) })
    return [
      "version": "1.0", "truncation": nil, "padding": nil, "added_tokens": .array(addedTokens),
      "normalizer": [
        "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": .bool(settings.splitsIdeographs),
        "strip_accents": settings.stripsAccents.map(JSON.bool) ?? .null, "lowercase": .bool(settings.lowercases),
      ],
      "pre_tokenizer": ["type": "BertPreTokenizer"],
      "post_processor": postProcessor,
      "decoder": ["type": "WordPiece", "prefix": "##", "cleanup": true],
      "model": [
        "type": "WordPiece", "unk_token": .string(settings.special.unknown), "continuing_subword_prefix": "##",
        "max_input_chars_per_word": .integer(settings.longestWord), "vocab": .object(vocabulary),
      ],
    ]
  }

  private var postProcessor: JSON {
    let (start, end) = (settings.special.classifier, settings.special.separator)
    func mark(_ token: String, _ segment: Int) -> JSON {
      ["SpecialToken": ["id": .string(token), "type_id": .integer(segment)]]
    }
    func sequence(_ name: String, _ segment: Int) -> JSON {
      ["Sequence": ["id": .string(name), "type_id": .integer(segment)]]
    }
    func entry(_ token: String) -> (String, JSON) {
      let id = vocabulary.id(token).map { JSON.integer(Int($0)) } ?? .null
      return (token, ["id": .string(token), "ids": .array([id]), "tokens": .array([.string(token)])])
    }
    let single = [mark(start, 0), sequence("A", 0), mark(end, 0)]
    return [
      "type": "TemplateProcessing", "single": .array(single),
      "pair": .array(single + [sequence("B", 1), mark(end, 1)]),
      "special_tokens": .object(JSONObject([entry(start), entry(end)])),
    ]
  }
}
