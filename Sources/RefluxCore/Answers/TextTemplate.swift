/// Text with places in it, such as `Question: {question}`; two braces stand for one.
public struct TextTemplate: Sendable, Equatable {
  private enum Part: Equatable, Sendable { case text(String), place(String) }
  private let parts: [Part]

  public init(_ template: String) {
    var (parts, text, rest) = ([Part](), "", template[...])
    while let character = rest.first {
      if rest.hasPrefix("{{") {
        text += "{"
        rest = rest.dropFirst(2)
      } else if character == "{", let end = rest.firstIndex(of: "}") {
        if !text.isEmpty { parts.append(.text(text)) }
        parts.append(.place(String(rest[rest.index(after: rest.startIndex)..<end])))
        (text, rest) = ("", rest[rest.index(after: end)...])
      } else {
        text.append(character)
        rest = rest.dropFirst()
      }
    }
    self.parts = text.isEmpty ? parts : parts + [.text(text)]
  }

  /// What the places are called, each once.
  public var names: [String] {
    parts.reduce(into: []) { names, part in
      if case .place(let name) = part, !names.contains(name) { names.append(name) }
    }
  }

  /// The text with `value` in each place; with `upTo`, only what stands before the first place of that name.
  public func filled(upTo end: String? = nil, _ value: (String) throws -> String) rethrows -> String {
    let stop = end.flatMap { parts.firstIndex(of: .place($0)) } ?? parts.endIndex
    return try Self.text(parts[..<stop], value)
  }

  /// The text with `value` in each place, cut in two behind the last place.
  public func halves(_ value: (String) throws -> String) rethrows -> (head: String, tail: String) {
    let last = parts.lastIndex { if case .place = $0 { true } else { false } } ?? parts.endIndex - 1
    return (try Self.text(parts[..<(last + 1)], value), try Self.text(parts[(last + 1)...], value))
  }

  private static func text(_ parts: ArraySlice<Part>, _ value: (String) throws -> String) rethrows -> String {
    try parts.reduce(into: "") { text, part in
      switch part {
      case .text(let piece): text += piece
      case .place(let name): text += try value(name)
      }
    }
  }
}
