/// Finds tokens that are never split, such as `[MASK]`, in text as it was written.
struct AddedTokens: Sendable {
  struct Token: Sendable, Equatable {
    var text: String
    var id: Int32
    /// Whether white space before or after it belongs to it.
    var stripsLeft = false, stripsRight = false
  }

  let tokens: [Token]
  /// Longest first, so that the first match is the longest.
  private let patterns: [(bytes: [UInt8], token: Token)]
  private let firstBytes: [Bool]

  init(_ tokens: [Token]) {
    self.tokens = tokens
    patterns = tokens.filter { !$0.text.isEmpty }.map { (Array($0.text.utf8), $0) }.sorted {
      $0.bytes.count > $1.bytes.count
    }
    var first = [Bool](repeating: false, count: 256)
    for pattern in patterns { first[Int(pattern.bytes[0])] = true }
    firstBytes = first
  }

  /// Calls `onText` for each stretch between such tokens and `onToken` for each of them, in order.
  func scan(
    _ text: UnsafeBufferPointer<UInt8>, onText: (UnsafeBufferPointer<UInt8>) -> Void, onToken: (Int32) -> Void
  ) {
    var (start, position) = (0, 0)
    while position < text.count {
      guard firstBytes[Int(text[position])], let match = match(text, at: position) else {
        position += 1
        continue
      }
      var (end, next) = (position, position + match.bytes.count)
      if match.token.stripsLeft { while end > start, Self.isSpace(text[end - 1]) { end -= 1 } }
      if match.token.stripsRight { while next < text.count, Self.isSpace(text[next]) { next += 1 } }
      if end > start { onText(UnsafeBufferPointer(rebasing: text[start..<end])) }
      onToken(match.token.id)
      (start, position) = (next, next)
    }
    if start < text.count { onText(UnsafeBufferPointer(rebasing: text[start...])) }
  }

  private func match(_ text: UnsafeBufferPointer<UInt8>, at position: Int) -> (bytes: [UInt8], token: Token)? {
    patterns.first { text[position...].starts(with: $0.bytes) }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
