/// Reads code points of valid UTF-8.
enum UTF8Text {
  /// The code point that begins at `position`, and the number of its bytes.
  @inline(__always)
  static func scalar(_ text: UnsafeBufferPointer<UInt8>, at position: Int) -> (scalar: Unicode.Scalar, width: Int) {
    let first = UInt32(text[position])
    if first < 0x80 { return (Unicode.Scalar(UInt8(first)), 1) }
    func next(_ offset: Int) -> UInt32 { UInt32(text[position + offset] & 0x3F) }
    let (value, width): (UInt32, Int) =
      if first < 0xE0 {
        ((first & 0x1F) << 6 | next(1), 2)
      } else if first < 0xF0 {
        ((first & 0x0F) << 12 | next(1) << 6 | next(2), 3)
      } else {
        ((first & 0x07) << 18 | next(1) << 12 | next(2) << 6 | next(3), 4)
      }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", width)
  }

  /// The code point that ends before `position`.
  static func scalar(_ text: UnsafeBufferPointer<UInt8>, before position: Int) -> Unicode.Scalar {
    var start = position - 1
    while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
    return scalar(text, at: start).scalar
  }

  /// Where white space that ends at `end` begins.
  static func withoutTrailingSpace(_ text: UnsafeBufferPointer<UInt8>, upTo end: Int) -> Int {
    var end = end
    while end > 0 {
      let scalar = scalar(text, before: end)
      guard CharacterClass.of(scalar).contains(.space) else { break }
      end -= UTF8.width(scalar)
    }
    return end
  }

  /// Where white space that begins at `start` ends.
  static func withoutLeadingSpace(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var start = start
    while start < text.count {
      let (scalar, width) = scalar(text, at: start)
      guard CharacterClass.of(scalar).contains(.space) else { break }
      start += width
    }
    return start
  }

  /// Calls `body` with each code point and its bytes' range.
  @inline(__always)
  static func forEach(_ text: UnsafeBufferPointer<UInt8>, _ body: (Unicode.Scalar, Range<Int>) -> Void) {
    var position = 0
    while position < text.count {
      let (scalar, width) = scalar(text, at: position)
      body(scalar, position..<position + width)
      position += width
    }
  }
}
