import RefluxIO

extension JSONFields {
  /// What the object's `type` names among the types that are known.
  ///
  /// - Throws: ``FileError`` naming the file, the component and what there is instead.
  func component<Component>(
    _ known: KeyValuePairs<String, (JSONFields) throws -> Component>
  ) throws -> Component {
    let type = try required("type", string)
    guard let read = known.first(where: { $0.key == type })?.value else {
      throw error(
        "type",
        "has the value '\(type)', which is not known; there are: \(known.map(\.key).joined(separator: ", "))")
    }
    return try read(self)
  }

  /// A choice by name.
  func choice<Value: RawRepresentable & CaseIterable>(_ key: String, _ type: Value.Type) throws -> Value?
  where Value.RawValue == String {
    guard let name = try string(key) else { return nil }
    guard let value = Value(rawValue: name) else {
      throw error(
        key,
        "has the value '\(name)', which is not known; there are: "
          + Value.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return value
  }

  /// `{"String": " "}` or `{"Regex": "\\s+"}`.
  func pattern(_ key: String) throws -> any TextPattern {
    let fields = try required(key, fields)
    if let text = try fields.string("String") { return LiteralPattern(bytes: Array(text.utf8)) }
    let expression = try fields.required("Regex", fields.string)
    switch expression {
    case GPT2Words.expression: return GPT2Words()
    case GPT4Words.expression(digits: "{1,3}"): return GPT4Words(mostDigits: 3)
    case GPT4Words.expression(digits: ""): return GPT4Words(mostDigits: 1)
    default:
      do { return try Expression(expression) } catch { throw fields.error("Regex", "cannot be read: \(error.message)") }
    }
  }

  /// One character.
  func scalar(_ key: String) throws -> Unicode.Scalar {
    let scalars = try required(key, string).unicodeScalars
    guard scalars.count == 1, let scalar = scalars.first else { throw error(key, "wants one character") }
    return scalar
  }
}
