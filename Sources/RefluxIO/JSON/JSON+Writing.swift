extension JSON {
  /// The value on one line.
  public var text: String {
    var result = ""
    write(to: &result, indent: nil)
    return result
  }

  /// The value over several lines, indented by `spaces`, as Python's `json.dumps(indent:)` writes it; ends without a
  /// line break.
  public func indented(by spaces: Int = 2) -> String {
    var result = ""
    write(to: &result, indent: spaces)
    return result
  }

  /// The same with `null` in the place of numbers that JSON cannot write (RFC 8259): NaN and the infinities.
  ///
  /// For what other programs read; what is read back here keeps its numbers.
  public var finite: JSON {
    switch self {
    case .number(let value) where !value.isFinite: .null
    case .array(let values): .array(values.map(\.finite))
    case .object(let object): .object(JSONObject(object.entries.map { ($0.key, $0.value.finite) }))
    default: self
    }
  }

  private func write(to out: inout String, indent: Int?, depth: Int = 0) {
    switch self {
    case .null: out += "null"
    case .bool(let value): out += value ? "true" : "false"
    case .integer(let value): out += String(value)
    case .number(let value): out += Self.digits(value)
    case .string(let value): Self.quote(value, to: &out)
    case .array(let values):
      Self.list(values, "[", "]", to: &out, indent, depth) { value, out in
        value.write(to: &out, indent: indent, depth: depth + 1)
      }
    case .object(let object):
      Self.list(object.entries, "{", "}", to: &out, indent, depth) { entry, out in
        Self.quote(entry.key, to: &out)
        out += ": "
        entry.value.write(to: &out, indent: indent, depth: depth + 1)
      }
    }
  }

  private static func list<Item>(
    _ items: [Item], _ open: String, _ close: String, to out: inout String, _ indent: Int?, _ depth: Int,
    _ write: (Item, inout String) -> Void
  ) {
    func lineBreak(_ depth: Int) -> String {
      indent.map { "\n" + String(repeating: " ", count: $0 * depth) } ?? ""
    }
    out += open
    for (index, item) in items.enumerated() {
      if index > 0 { out += indent == nil ? ", " : "," }
      out += lineBreak(depth + 1)
      write(item, &out)
    }
    if !items.isEmpty { out += lineBreak(depth) }
    out += close
  }

  /// The shortest digits that read back as the same double; Python's words for what JSON has no number for.
  private static func digits(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return "\(value)"
  }

  private static func quote(_ text: String, to out: inout String) {
    out += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case "\u{0}"..<"\u{20}", "\u{7F}":
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    out += "\""
  }
}
