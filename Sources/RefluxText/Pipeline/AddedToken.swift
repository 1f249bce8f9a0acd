import RefluxIO

/// A token that is looked for in the text itself, before the model sees the rest: `[MASK]`.
struct AddedToken: Sendable, Equatable {
  var text: String
  var id: Int32
  /// Whether white space before or after it belongs to it.
  var stripsLeft = false, stripsRight = false
  /// Whether it only counts when no letter, digit or mark touches it.
  var isSingleWord = false
  /// Whether it is looked for in normalized text rather than in the text as it was written.
  var isNormalized = false
  /// Whether decoding leaves it out.
  var isSpecial = true
}

extension AddedToken {
  /// Reads `{"content": "[UNK]", "lstrip": false, …}`, as `tokenizer.json` and `added_tokens_decoder` have it.
  init(_ fields: JSONFields, id: Int32) throws {
    text = try fields.required("content", fields.string)
    self.id = id
    stripsLeft = try fields.bool("lstrip") ?? false
    stripsRight = try fields.bool("rstrip") ?? false
    isSingleWord = try fields.bool("single_word") ?? false
    isSpecial = try fields.bool("special") ?? false
    isNormalized = try fields.bool("normalized") ?? !isSpecial
  }

  /// The same, without the id.
  var description: JSON {
    [
      "content": .string(text), "lstrip": .bool(stripsLeft), "normalized": .bool(isNormalized),
      "rstrip": .bool(stripsRight), "single_word": .bool(isSingleWord), "special": .bool(isSpecial),
    ]
  }
}
