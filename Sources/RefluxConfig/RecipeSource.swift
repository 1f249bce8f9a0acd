/// A recipe's text, kept so that errors can show the line they talk about.
public final class RecipeSource: Sendable {
  public let name: String
  public let lines: [String]
  /// Whether this is what was added on the command line; it wins over what a file says.
  public let isOverride: Bool

  public init(name: String, text: String, isOverride: Bool = false) {
    (self.name, self.isOverride) = (name, isOverride)
    lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
  }
}

/// A stretch of one line: 0-based line and column, length in characters.
public struct Mark: Sendable {
  public let source: RecipeSource
  public let line: Int
  public let column: Int
  public let length: Int
  public init(_ source: RecipeSource, line: Int, column: Int, length: Int) {
    (self.source, self.line, self.column, self.length) = (source, line, column, max(1, length))
  }
}

extension Mark {
  /// Lines longer than this are shown in part.
  private static let widest = 160

  /// The marked line with carets under the marked stretch, indented, followed by a hint.
  func excerpt(hint: String?) -> String {
    let number = String(line + 1)
    let gutter = String(repeating: " ", count: number.count)
    var text = (source.lines.indices.contains(line) ? source.lines[line] : "").map { $0 == "\t" ? " " : $0 }
    var start = column
    if text.count > Self.widest {
      let first = max(0, min(column - Self.widest / 2, text.count - Self.widest))
      text = Array(text[first..<(first + Self.widest)])
      start -= first
      if first > 0 { text[0] = "…" }
    }
    let arrows = String(repeating: "^", count: max(1, min(length, text.count - start)))
    return """
        \(number) | \(String(text))
        \(gutter) | \(String(repeating: " ", count: max(0, start)))\(arrows)\(hint.map { " " + $0 } ?? "")
      """
  }
}
