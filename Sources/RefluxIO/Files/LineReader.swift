#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The lines of a text file, one at a time; `-` is standard input.
///
/// Lines end with `\n` or `\r\n`; a byte order mark at the beginning is skipped. A line that is not UTF-8 is an error
/// that names it.
public final class LineReader {
  public let path: String
  /// The number of the line last returned, from 1.
  public private(set) var number = 0
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var position = 0
  private var isAtEnd = false

  public init(_ path: String) throws {
    self.path = path == "-" ? "standard input" : path
    descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path, "cannot be opened: \(systemMessage())") }
  }

  deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

  /// The next line without its end, or `nil` after the last.
  public func next() throws -> String? {
    guard var line = try nextBytes() else { return nil }
    if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
    if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
    guard let text = String(validating: line, as: UTF8.self) else {
      throw FileError(path, line: number, "is not UTF-8 text")
    }
    return text
  }

  private func nextBytes() throws -> ArraySlice<UInt8>? {
    var searched = position
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { position = end + 1 }
        number += 1
        return buffer[position..<end]
      }
      searched = buffer.count
      if isAtEnd {
        guard position < buffer.count else { return nil }
        defer { position = buffer.count }
        number += 1
        return buffer[position...]
      }
      searched -= position
      try fill()
    }
  }

  private func fill() throws {
    buffer.removeFirst(position)
    position = 0
    let size = 1 << 16
    let chunk = try [UInt8](unsafeUninitializedCapacity: size) { space, filled in
      var count = 0
      repeat { count = read(descriptor, space.baseAddress, size) } while count < 0 && errno == EINTR
      guard count >= 0 else { throw FileError(path, "cannot be read: \(systemMessage())") }
      filled = count
    }
    isAtEnd = chunk.isEmpty
    buffer += chunk
  }
}
