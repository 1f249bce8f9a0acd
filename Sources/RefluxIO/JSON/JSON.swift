/// A JSON value whose objects keep the order of their keys.
public enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number written without fraction or exponent.
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSON])
  case object(JSONObject)

  public subscript(key: String) -> JSON? { object?[key] }

  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  public var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  /// An integer or a number.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  public var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// What messages call this value: `a text`, `a list`.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .integer: "an integer"
    case .number: "a number"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

/// Values by key, in the order in which the keys came.
///
/// Keys are told apart byte by byte: two ways to compose `é` are two keys, as in a tokenizer's vocabulary.
public struct JSONObject: Sendable, Equatable {
  private struct Key: Hashable {
    let text: String
    static func == (a: Key, b: Key) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }
    func hash(into hasher: inout Hasher) { for byte in text.utf8 { hasher.combine(byte) } }
  }

  public private(set) var keys: [String] = []
  private var values: [Key: JSON] = [:]
  public init() {}
  public init(_ entries: some Sequence<(String, JSON)>) { for (key, value) in entries { self[key] = value } }

  public subscript(key: String) -> JSON? {
    get { values[Key(text: key)] }
    set {
      if let newValue {
        if values.updateValue(newValue, forKey: Key(text: key)) == nil { keys.append(key) }
      } else if values.removeValue(forKey: Key(text: key)) != nil {
        keys.removeAll { Key(text: $0) == Key(text: key) }
      }
    }
  }

  /// The same in the order of the keys, as Hugging Face's tools write configurations.
  public var sorted: JSONObject { JSONObject(entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }) }

  public var entries: [(key: String, value: JSON)] {
    keys.compactMap { key in values[Key(text: key)].map { (key, $0) } }
  }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(nilLiteral: ()) { self = .null }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  public init(dictionaryLiteral entries: (String, JSON)...) { self = .object(JSONObject(entries)) }

  /// Exact: the digits written are those of the nearest double, which is the float itself.
  public init(_ value: Float) { self = .number(Double(value)) }

  /// 0.1, not 0.10000000149011612: the double with the fewest digits that mean the same float.
  public init(shortest value: Float) { self = Double("\(value)").map(JSON.number) ?? JSON(value) }
}
