/// The fields of a JSON object from a file, with errors that name the file and the key.
public struct JSONFields {
  public let path: String
  public let object: JSONObject
  /// `task_specific_params.`: where the object stands in the file.
  private let prefix: String

  public init(_ json: JSON, path: String) throws {
    guard let object = json.object else { throw FileError(path, "wants an object, but is \(json.kind)") }
    (self.path, self.object, prefix) = (path, object, "")
  }

  public init(contentsOf path: String) throws { try self.init(JSON(contentsOf: path), path: path) }

  private init(_ object: JSONObject, path: String, prefix: String) {
    (self.path, self.object, self.prefix) = (path, object, prefix)
  }

  public func integer(_ key: String) throws -> Int? { try value(key, "an integer") { $0.integer } }
  /// An integer that must lie in a range: `'hidden_size' must be from 1 to 1000000, but is 0`.
  public func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let value = try integer(key) else { return nil }
    guard range.contains(value) else {
      throw FileError(
        path, "'\(prefix)\(key)' must be from \(range.lowerBound) to \(range.upperBound), but is \(value)")
    }
    return value
  }
  public func number(_ key: String) throws -> Double? { try value(key, "a number") { $0.number } }
  public func bool(_ key: String) throws -> Bool? { try value(key, "true or false") { $0.bool } }
  public func string(_ key: String) throws -> String? { try value(key, "a text") { $0.string } }
  public func array(_ key: String) throws -> [JSON]? { try value(key, "a list") { $0.array } }
  public func fields(_ key: String) throws -> JSONFields? {
    try value(key, "an object") { $0.object }.map { JSONFields($0, path: path, prefix: "\(prefix)\(key).") }
  }

  /// A list of objects.
  public func list(_ key: String) throws -> [JSONFields]? {
    try array(key)?.enumerated().map { index, json in
      guard let object = json.object else { throw error("\(key)[\(index)]", "wants an object, but is \(json.kind)") }
      return JSONFields(object, path: path, prefix: "\(prefix)\(key)[\(index)].")
    }
  }

  /// What is wrong with the value of a key.
  public func error(_ key: String, _ message: String) -> FileError { FileError(path, "'\(prefix)\(key)' \(message)") }

  /// `try fields.required("hidden_size", fields.integer)`.
  public func required<Value>(_ key: String, _ read: (String) throws -> Value?) throws -> Value {
    guard let value = try read(key) else { throw error(key, "is missing") }
    return value
  }

  /// A missing key and `null` are the same.
  private func value<Value>(_ key: String, _ wanted: String, _ read: (JSON) -> Value?) throws -> Value? {
    guard let json = object[key], json != .null else { return nil }
    guard let value = read(json) else {
      throw error(key, "wants \(wanted), but is \(json.kind)")
    }
    return value
  }
}
