import RefluxCore
import RefluxIO

// Examples that a strategy made, as JSON: `{"rows": [{"text": …}], "label": 1}`.

extension Example {
  var json: JSON {
    var fields = JSONObject([("rows", .array(rows.map(\.json)))])
    switch label {
    case .category(let index)?: fields["label"] = .integer(index)
    case .score(let value)?: fields["score"] = JSON(value)
    case nil: break
    }
    return .object(fields)
  }

  init(_ json: JSON, path: String) throws {
    let fields = try JSONFields(json, path: path)
    let category = try fields.integer("label").map(Label.category)
    self.init(
      rows: try fields.required("rows", fields.array).map { try SourceRow($0, path: path) },
      label: try category ?? fields.number("score").map { .score(Float($0)) })
  }
}

extension SourceRow {
  fileprivate var json: JSON {
    switch self {
    case .text(let text, nil): ["text": .string(text)]
    case .text(let text, let pair?): ["text": .string(text), "text_pair": .string(pair)]
    case .tokens(let ids, let segments):
      [
        "input_ids": .array(ids.map { .integer(Int($0)) }),
        "token_type_ids": .array(segments.map { .integer(Int($0)) }),
      ]
    case .completion(let prompt, let response): ["prompt": .string(prompt), "response": .string(response)]
    case .labelled(let ids, let labels):
      ["input_ids": .array(ids.map { .integer(Int($0)) }), "labels": .array(labels.map { .integer(Int($0)) })]
    }
  }

  fileprivate init(_ json: JSON, path: String) throws {
    let fields = try JSONFields(json, path: path)
    if let text = try fields.string("text") {
      self = .text(text, pair: try fields.string("text_pair"))
    } else if let prompt = try fields.string("prompt") {
      self = .completion(prompt: prompt, response: try fields.required("response", fields.string))
    } else {
      func numbers(_ key: String) throws -> [Int32] {
        try fields.required(key, fields.array).compactMap { $0.integer.map(Int32.init) }
      }
      guard fields.object["labels"] == nil else {
        self = .labelled(ids: try numbers("input_ids"), labels: try numbers("labels"))
        return
      }
      self = .tokens(ids: try numbers("input_ids"), segments: try numbers("token_type_ids"))
    }
  }
}

extension RecordedValue {
  var json: JSON {
    switch self {
    case .text(let text): .string(text)
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .flag(let value): .bool(value)
    }
  }
}
