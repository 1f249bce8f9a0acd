import RefluxCore

// What the fields of every model's config.json have in common; the families read their own ones with these.
extension JSONFields {
  /// A whole number between bounds; without a fallback it must be there.
  ///
  /// - Throws: ``FileError``: `'hidden_size' must be from 1 to 1000000, but is 0`.
  public func size(
    _ key: String, _ fallback: Int? = nil, atLeast least: Int = 1, atMost most: Int = ModelSize.width.upperBound
  ) throws -> Int {
    let value = try integer(key, in: least...most)
    return try value ?? fallback ?? required(key, integer)
  }

  /// How many layers there are of some kind.
  ///
  /// - Throws: ``FileError`` like ``size(_:_:atLeast:atMost:)``.
  public func layers(_ key: String, _ fallback: Int? = nil) throws -> Int {
    try size(key, fallback, atMost: ModelSize.layers.upperBound)
  }

  /// A share of dropped values.
  ///
  /// - Throws: ``FileError`` if it is not at least 0 and below 1.
  public func dropout(_ key: String) throws -> Float? {
    guard let value = try number(key) else { return nil }
    guard (0..<1).contains(value) else {
      throw FileError(path, "'\(key)' must be at least 0 and below 1, but is \(value)")
    }
    return Float(value)
  }

  /// An activation by the name that transformers has for it.
  ///
  /// - Throws: ``FileError`` with the names that are known.
  public func activation(_ key: String, _ fallback: String) throws -> NamedActivation {
    let name = try string(key) ?? fallback
    guard let activation = NamedActivation(name) else {
      throw FileError(path, "'\(key)' is '\(name)'; known are \(NamedActivation.names.joined(separator: ", "))")
    }
    return activation
  }
}
