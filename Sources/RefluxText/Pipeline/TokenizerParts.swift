import RefluxIO

/// A tokenizer in the parts that `tokenizer.json` has; those that are small stay as they are written there.
struct TokenizerParts: Sendable {
  var addedTokens: [AddedToken]
  var normalizer: JSON = .null
  var preTokenizer: JSON = .null
  var postProcessor: JSON = .null
  var decoder: JSON = .null
  var model: any TokenModel
  /// Where they come from, for errors.
  var source: String

  init(_ model: any TokenModel, addedTokens: [AddedToken], source: String) {
    (self.model, self.addedTokens, self.source) = (model, addedTokens, source)
  }

  /// Reads a `tokenizer.json`.
  ///
  /// - Throws: ``FileError`` naming the part that is missing, broken or not known.
  init(_ fields: JSONFields) throws {
    func part(_ key: String) -> JSON { fields.object[key] ?? .null }
    addedTokens = try (fields.list("added_tokens") ?? []).map { token in
      let id = try token.required("id", token.integer)
      guard id >= 0, let id = Int32(exactly: id) else { throw token.error("id", "wants a token id") }
      return try AddedToken(token, id: id)
    }
    (normalizer, preTokenizer) = (part("normalizer"), part("pre_tokenizer"))
    (postProcessor, decoder) = (part("post_processor"), part("decoder"))
    let wordsAreSpelled = try fields.fields("pre_tokenizer").map(PreTokenizerReader.spellsLast) ?? false
    model = try ModelReader(wordsAreSpelled: wordsAreSpelled).read(fields.required("model", fields.fields))
    source = fields.path
  }

  /// The whole `tokenizer.json`.
  var json: JSON {
    let tokens = addedTokens.sorted { $0.id < $1.id }.map { token -> JSON in
      let manner = token.description.object?.entries ?? []
      return .object(JSONObject([("id", .integer(Int(token.id)))] + manner.map { ($0.key, $0.value) }))
    }
    return [
      "version": "1.0", "truncation": nil, "padding": nil, "added_tokens": .array(tokens), "normalizer": normalizer,
      "pre_tokenizer": preTokenizer, "post_processor": postProcessor, "decoder": decoder, "model": model.description,
    ]
  }

  /// One of the small parts with what is needed to name it in errors; `nil` if it is null.
  func fields(_ key: String, _ part: JSON) throws -> JSONFields? {
    try JSONFields([key: part] as JSON, path: source).fields(key)
  }
}
