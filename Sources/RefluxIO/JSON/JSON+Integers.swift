extension JSON {
  /// The value as a list of integers of 32 bits, such as token ids.
  ///
  /// `failure` makes an error of a message, in which the value is called `key`: `'input_ids' wants a list of integers, but
  /// has 1.5`.
  public func integers(_ key: String, _ failure: (String) -> FileError) throws -> [Int32] {
    guard let items = array else { throw failure("'\(key)' wants a list of integers, but is \(kind)") }
    return try items.map { item in
      guard let integer = item.integer.flatMap(Int32.init(exactly:)) else {
        throw failure("'\(key)' wants a list of integers, but has \(item.text)")
      }
      return integer
    }
  }
}
