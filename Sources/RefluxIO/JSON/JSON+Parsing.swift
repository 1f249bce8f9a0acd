extension JSON {
  /// Reads one value and nothing after it (RFC 8259; also Python's `NaN`, `Infinity` and `-Infinity`).
  ///
  /// - Parameters:
  ///   - text: UTF-8.
  ///   - name: The file's name, for the error.
  ///   - line: The file's line that `text` is, for JSON lines.
  /// - Throws: ``FileError``: what was found, at which line and column; a key given twice is an error.
  public init(parsing text: some Sequence<UInt8>, name: String, line: Int? = nil) throws {
    let bytes = Array(text)
    var parser = JSONParser(bytes[...])
    do {
      self = try parser.document()
    } catch {
      let before = bytes[..<error.offset]
      let row = before.count { $0 == UInt8(ascii: "\n") }
      let column = error.offset - (before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0) + 1
      throw FileError(name, line: (line ?? 1) + row, "not valid JSON: \(error.message) (column \(column))")
    }
  }
}
