import RefluxIO

/// Tab-separated lines as GLUE has them: quotes are ordinary characters, and a field cannot hold a tab or a line break.
struct TSVReader: TableReader {
  private let lines: LineReader
  init(_ path: String) throws { lines = try LineReader(path) }

  var line: Int { lines.number }

  func next() throws -> [String]? {
    guard let text = try lines.next() else { return nil }
    return text.utf8.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map { String($0) ?? "" }
  }
}
