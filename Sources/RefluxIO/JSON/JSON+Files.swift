extension JSON {
  /// Reads a whole file.
  ///
  /// - Throws: ``FileError`` naming the file and, for broken JSON, the line and column.
  public init(contentsOf path: String) throws {
    try self.init(parsing: MappedFile.contents(of: path), name: path)
  }

  /// Writes a whole file, indented, as people and Python's tools read it.
  ///
  /// - Throws: ``FileError``: `cannot be written: No space left on device`.
  public func write(to path: String) throws { try AtomicFile.write(fileText, to: path) }

  /// What ``write(to:)`` writes.
  public var fileText: String { indented() + "\n" }
}
