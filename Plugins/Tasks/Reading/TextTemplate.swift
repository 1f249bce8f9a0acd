/// Text with places in it, such as `Question: {question}`; two braces stand for one.
struct TextTemplate: Sendable, Equatable {
  private enum Part: Equatable, Sendable { case text(String), place(String) }
  private let parts: [Part]

  init(_ template: String) {
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
  var names: [String] {
    parts.reduce(into: []) { names, part in
      if case .place(let name) = part, !names.contains(name) { names.append(name) }
    }
  }

  /// The text with `value` in each place; with `upTo`, only what stands before the first place of that name.
  func filled(upTo end: String? = nil, _ value: (String) throws -> String) rethrows -> String {
    var text = ""
    for part in parts {
      switch part {
      case .text(let piece): text += piece
      case .place(let name):
        if name == end { return text }
        text += try value(name)
      }
    }
    return text
  }
}
