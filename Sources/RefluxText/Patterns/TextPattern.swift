/// Something that is looked for in text.
protocol TextPattern: Sendable {
  /// The first match that begins at `position` or after it.
  func match(in text: UnsafeBufferPointer<UInt8>, from position: Int) -> Range<Int>?
}

/// Calls `body` for the matches that follow each other in a text; empty ones do not count.
@inline(__always)
func forEachMatch(
  of pattern: any TextPattern, in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void
) {
  var position = 0
  while position < text.count, let match = pattern.match(in: text, from: position) {
    if match.isEmpty {
      guard match.upperBound < text.count else { return }
      position = match.upperBound + UTF8Text.scalar(text, at: match.upperBound).width
    } else {
      body(match)
      position = match.upperBound
    }
  }
}

/// A text that stands for itself.
struct LiteralPattern: TextPattern {
  let bytes: [UInt8]

  func match(in text: UnsafeBufferPointer<UInt8>, from position: Int) -> Range<Int>? {
    guard let first = bytes.first, text.count >= bytes.count else { return nil }
    var start = position
    while start <= text.count - bytes.count {
      if text[start] == first, text[start...].starts(with: bytes) { return start..<start + bytes.count }
      start += 1
    }
    return nil
  }
}

/// One code point of a kind.
struct ScalarPattern: TextPattern {
  let matches: @Sendable (Unicode.Scalar) -> Bool

  func match(in text: UnsafeBufferPointer<UInt8>, from position: Int) -> Range<Int>? {
    var position = position
    while position < text.count {
      let (scalar, width) = UTF8Text.scalar(text, at: position)
      if matches(scalar) { return position..<position + width }
      position += width
    }
    return nil
  }
}
