extension RecipeNode {
  /// This tree as YAML that reads back as the same tree.
  ///
  /// Short mappings go on one line. Text that YAML would take for something else (`on`, `no`, `1.5`) is quoted.
  public var yaml: String {
    var lines: [String] = []
    switch content {
    case .map(let entries) where !entries.isEmpty: Self.write(entries, indent: 0, &lines)
    default: lines.append(flowText)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static let width = 100

  private static func write(_ entries: [Entry], indent: Int, _ lines: inout [String]) {
    for entry in entries {
      let start = String(repeating: " ", count: indent) + quoted(entry.key) + ":"
      let line = "\(start) \(entry.value.flowText)"
      if entry.value.isShort, line.count <= width {
        lines.append(line)
        continue
      }
      switch entry.value.content {
      case .map(let inner):
        lines.append(start)
        write(inner, indent: indent + 2, &lines)
      case .list(let items):
        lines.append(start)
        for item in items { lines.append(String(repeating: " ", count: indent + 2) + "- " + item.flowText) }
      case .scalar:
        lines.append(line)
      }
    }
  }

  /// Whether it may go on one line: no mapping in a mapping.
  private var isShort: Bool {
    switch content {
    case .scalar: true
    case .list(let items): items.allSatisfy { $0.items == nil }
    case .map(let entries): entries.allSatisfy { $0.value.entries == nil }
    }
  }

  /// On one line.
  public var flowText: String {
    switch content {
    case .scalar(let text): isNull ? "null" : isQuoted || !Self.isUnmistakable(text) ? Self.quoted(text) : text
    case .list(let items): "[" + items.map(\.flowText).joined(separator: ", ") + "]"
    case .map(let entries) where entries.isEmpty: "{}"
    case .map(let entries):
      "{ " + entries.map { "\(Self.quoted($0.key)): \($0.value.flowText)" }.joined(separator: ", ") + " }"
    }
  }

  /// Whether an unquoted scalar stays what it is: a plain word, or a number or truth value that is meant as one.
  private static func isUnmistakable(_ text: String) -> Bool {
    isPlainWord(text) || ["true", "false"].contains(text)
      || (text.utf8.first.map { "+-.0123456789".utf8.contains($0) } ?? false)
        && text.utf8.allSatisfy { "+-.0123456789eE".utf8.contains($0) } && Double(text) != nil
  }

  private static func isPlainWord(_ text: String) -> Bool {
    guard let first = text.utf8.first, isLetter(first) || first == UInt8(ascii: "/") || first == UInt8(ascii: "_")
    else {
      return false
    }
    let taken = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
    return text.utf8.allSatisfy { isLetter($0) || "0123456789_-./".utf8.contains($0) }
      && !taken.contains(text.lowercased())
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }

  /// Text with quotes around it where they are needed.
  private static func quoted(_ text: String) -> String {
    guard !isPlainWord(text) else { return text }
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _
      where scalar.value < 0x20 || (0x7F...0xA0).contains(scalar.value)
        || scalar.properties.isWhitespace
          && scalar != " "
        || scalar.value == 0xFEFF:
        let hex = String(scalar.value, radix: 16, uppercase: true)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
