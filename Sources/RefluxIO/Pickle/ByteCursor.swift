/// A place in some bytes that moves on as they are read; nothing is read outside of them.
struct ByteCursor {
  let bytes: UnsafeRawBufferPointer
  private(set) var position: Int
  private let end: Int
  private let path: String

  /// `range` must lie inside `bytes`; positions are counted from the beginning of `bytes`.
  init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, path: String) {
    (self.bytes, position, end, self.path) = (bytes, range.lowerBound, range.upperBound, path)
  }

  mutating func skip(_ count: Int) throws -> Range<Int> {
    guard count >= 0, count <= end - position else {
      throw FileError(
        path, "is cut short: \(count) bytes are to follow byte \(position), and there are \(end - position)")
    }
    defer { position += count }
    return position..<position + count
  }

  mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[try skip(count)])
  }

  /// A number that is stored little-endian.
  mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type) throws -> Number {
    Number(littleEndian: try take(MemoryLayout<Number>.size).loadUnaligned(as: Number.self))
  }

  /// The bytes up to the end of the line, at most `most` of them.
  mutating func line(most: Int) throws -> UnsafeRawBufferPointer {
    let rest = bytes[position..<min(end, position + most + 1)]
    guard let newline = rest.firstIndex(of: UInt8(ascii: "\n")) else {
      throw FileError(path, "the line at byte \(position) does not end within \(most) bytes")
    }
    let line = try take(newline - position)
    _ = try skip(1)
    return line
  }
}

/// Text of a file that is not to be trusted, for a message: short, on one line.
func shown(_ text: String) -> String {
  let scalars = text.unicodeScalars
  return scalars.prefix(100).map { $0.escaped(asASCII: false) }.joined() + (scalars.count > 100 ? "…" : "")
}
