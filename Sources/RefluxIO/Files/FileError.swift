/// Something wrong with a file: which one, where in it, and what.
public struct FileError: Error, Equatable, CustomStringConvertible {
  public let path: String
  /// 1-based.
  public let line: Int?
  public let message: String

  public init(_ path: String, line: Int? = nil, _ message: String) {
    (self.path, self.line, self.message) = (path, line, message)
  }

  /// The place, then the problem: `rows.jsonl:3: is not UTF-8 text`.
  public var description: String { path + (line.map { ":\($0)" } ?? "") + ": " + message }
}
