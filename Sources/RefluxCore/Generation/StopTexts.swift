/// Texts that end a row wherever they occur in it; they and what comes after them are cut off.
public struct StopTexts: Sendable {
  private let texts: [String]
  public init(_ texts: [String]) { self.texts = texts }

  /// What stands before the first of them; `nil` where none occurs.
  public func cut(_ text: String) -> String? {
    // Bytes are compared: a line feed behind a carriage return is one character with it, and still ends a row.
    let places = texts.compactMap { text.utf8.firstRange(of: $0.utf8)?.lowerBound }
    return places.min().map { String(decoding: text.utf8[..<$0], as: UTF8.self) }
  }

  /// What of an unfinished text is certain to stay: all but the longest end that one of them begins with.
  public func settled(_ text: String) -> String {
    if let cut = cut(text) { return cut }
    let bytes = Array(text.utf8)
    let longest = min((texts.map(\.utf8.count).max() ?? 1) - 1, bytes.count)
    let held = stride(from: longest, to: 0, by: -1).first { count in
      texts.contains { $0.utf8.starts(with: bytes.suffix(count)) }
    }
    return String(decoding: bytes.dropLast(held ?? 0), as: UTF8.self)
  }
}

/// A text that is shown while it is written, of which only goes out what stays.
public struct ShownText {
  private let stops: StopTexts
  private var shown = ""
  public init(stops: StopTexts) { self.stops = stops }

  /// What can be shown now, behind what was shown before, when the text so far is `text`.
  public mutating func more(of text: String) -> String {
    // The rest of a character is still to come.
    guard !text.hasSuffix("\u{FFFD}") else { return "" }
    return unshown(stops.settled(text), isFinal: false)
  }

  /// What is left to be shown of the finished text.
  public mutating func rest(of text: String) -> String { unshown(text, isFinal: true) }

  private mutating func unshown(_ text: String, isFinal: Bool) -> String {
    let scalars = text.unicodeScalars
    let common = zip(shown.unicodeScalars, scalars).prefix { $0 == $1 }.count
    // What is on a screen cannot be taken back: a tokenizer that changes its mind about a space is waited for.
    guard isFinal || common == shown.unicodeScalars.count else { return "" }
    shown = text
    return String(String.UnicodeScalarView(scalars.dropFirst(common)))
  }
}
