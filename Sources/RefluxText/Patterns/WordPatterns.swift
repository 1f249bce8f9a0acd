/// The expression that cuts text into words for GPT-2 and those who kept its tokenizer, written out.
struct GPT2Words: TextPattern {
  static let expression = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

  @inline(__always)
  func match(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Range<Int>? {
    guard start < text.count else { return nil }
    if let end = WordParts.contraction(text, start, anyCase: false) { return start..<end }
    let first = WordParts.kind(text, start)
    var position = start
    if text[start] == 0x20, start + 1 < text.count { position = start + 1 }
    let kind = position == start ? first : WordParts.kind(text, position)
    if kind == .space { return start..<WordParts.spaceEnd(text, start) }
    return start..<WordParts.end(of: kind, text, position)
  }
}

/// The expression of GPT-4 and LLaMA-3, written out.
struct GPT4Words: TextPattern {
  /// How many digits a word has at most: 3, or 1 for Qwen.
  let mostDigits: Int

  static func expression(digits: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"# + digits
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  @inline(__always)
  func match(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Range<Int>? {
    guard start < text.count else { return nil }
    if let end = WordParts.contraction(text, start, anyCase: true) { return start..<end }
    let kind = WordParts.kind(text, start)
    switch kind {
    case .letter: return start..<WordParts.end(of: .letter, text, start)
    case .number: return start..<WordParts.end(of: .number, text, start, atMost: mostDigits)
    default: break
    }
    // Any character but a line break may lead a word of letters.
    let next = start + UTF8Text.scalar(text, at: start).width
    let following = next < text.count ? WordParts.kind(text, next) : nil
    if following == .letter, text[start] != 0x0A, text[start] != 0x0D {
      return start..<WordParts.end(of: .letter, text, next)
    }
    if kind == .other || (text[start] == 0x20 && following == .other) {
      var end = WordParts.end(of: .other, text, kind == .other ? start : next)
      while end < text.count, text[end] == 0x0A || text[end] == 0x0D { end += 1 }
      return start..<end
    }
    return start..<(WordParts.lineEnd(text, start) ?? WordParts.spaceEnd(text, start))
  }
}

/// What the two have in common.
enum WordParts {
  enum Kind { case letter, number, space, other }

  @inline(__always)
  static func kind(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Kind {
    kind(CharacterClass.of(UTF8Text.scalar(text, at: position).scalar))
  }

  @inline(__always)
  private static func kind(_ value: CharacterClass) -> Kind {
    if value.contains(.letter) { return .letter }
    if value.contains(.number) { return .number }
    return value.contains(.space) ? .space : .other
  }

  /// Where a run of one kind ends.
  @inline(__always)
  static func end(
    of wanted: Kind, _ text: UnsafeBufferPointer<UInt8>, _ start: Int, atMost limit: Int = .max
  ) -> Int {
    var (position, count) = (start, 0)
    while position < text.count, count < limit {
      let (scalar, width) = UTF8Text.scalar(text, at: position)
      guard kind(CharacterClass.of(scalar)) == wanted else { break }
      position += width
      count += 1
    }
    return position
  }

  /// `'s` and the like.
  @inline(__always)
  static func contraction(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, anyCase: Bool) -> Int? {
    guard text[start] == UInt8(ascii: "'"), start + 1 < text.count else { return nil }
    func letter(_ position: Int) -> UInt8 {
      guard position < text.count else { return 0 }
      return anyCase && (0x41...0x5A).contains(text[position]) ? text[position] | 0x20 : text[position]
    }
    let (first, second) = (letter(start + 1), letter(start + 2))
    switch (first, second) {
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _), (UInt8(ascii: "d"), _):
      return start + 2
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 3
    // The long s, U+017F, is an s in another case.
    case (0xC5, 0xBF) where anyCase: return start + 3
    default: return nil
    }
  }

  /// `\s+(?!\S)|\s+`: all white space at the end of the text; elsewhere all but the last, which leads the next word.
  static func spaceEnd(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    var (position, last) = (start, start)
    while position < text.count {
      let (scalar, width) = UTF8Text.scalar(text, at: position)
      guard CharacterClass.of(scalar).contains(.space) else { break }
      last = position
      position += width
    }
    return position == text.count || last == start ? position : last
  }

  /// `\s*[\r\n]+`: white space up to its last line break.
  static func lineEnd(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
    var (position, end) = (start, Int?.none)
    while position < text.count {
      let (scalar, width) = UTF8Text.scalar(text, at: position)
      guard CharacterClass.of(scalar).contains(.space) else { break }
      position += width
      if scalar == "\r" || scalar == "\n" { end = position }
    }
    return end
  }
}
