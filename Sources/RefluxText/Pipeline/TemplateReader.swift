import RefluxIO

/// Makes row templates of what `tokenizer.json` says.
enum TemplateReader {
  static func read(_ fields: JSONFields) throws -> RowTemplate {
    try fields.component([
      "TemplateProcessing": template,
      "BertProcessing": { .bert(classifier: try mark($0, "cls"), separator: try mark($0, "sep")) },
      "RobertaProcessing": { .roberta(classifier: try mark($0, "cls"), separator: try mark($0, "sep")) },
      // It only mends offsets, which nobody asks for here.
      "ByteLevel": { _ in .plain },
      "Sequence": sequence,
    ])
  }

  private static func sequence(_ fields: JSONFields) throws -> RowTemplate {
    let members = try fields.required("processors", fields.list).map(read).filter { $0 != .plain }
    guard members.count <= 1 else {
      throw fields.error("processors", "has more than one that adds tokens, which is not supported")
    }
    return members.first ?? .plain
  }

  /// `["[SEP]", 102]`.
  private static func mark(_ fields: JSONFields, _ key: String) throws -> Int32 {
    guard let pair = try fields.required(key, fields.array) as [JSON]?, pair.count == 2,
      let id = pair[1].integer.flatMap(Int32.init(exactly:)), id >= 0
    else { throw fields.error(key, "wants a token and its id") }
    return id
  }

  private static func template(_ fields: JSONFields) throws -> RowTemplate {
    let known = try fields.fields("special_tokens")
    func parts(_ key: String) throws -> [RowTemplate.Part] {
      try fields.required(key, fields.list).flatMap { part -> [RowTemplate.Part] in
        if let sequence = try part.fields("Sequence") {
          let segment = Int32(truncatingIfNeeded: try sequence.integer("type_id") ?? 0)
          return [try sequence.string("id") == "B" ? .second(segment: segment) : .first(segment: segment)]
        }
        let token = try part.required("SpecialToken", part.fields)
        let name = try token.required("id", token.string)
        let segment = Int32(truncatingIfNeeded: try token.integer("type_id") ?? 0)
        guard let ids = try known?.fields(name)?.array("ids")?.map({ $0.integer.flatMap(Int32.init(exactly:)) }),
          ids.allSatisfy({ $0 ?? -1 >= 0 })
        else { throw token.error("id", "names '\(name)', which 'special_tokens' has no ids for") }
        return ids.compactMap { $0 }.map { .token($0, segment: segment) }
      }
    }
    return RowTemplate(single: try parts("single"), pair: try parts("pair"))
  }
}
