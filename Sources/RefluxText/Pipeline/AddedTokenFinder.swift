/// Finds added tokens in text: the leftmost, and of those that begin there the longest.
struct AddedTokenFinder: Sendable {
  private struct Pattern: Sendable { let bytes: [UInt8], token: AddedToken }
  /// Where the patterns that begin with a byte are; longest first.
  private let patterns: [[Pattern]]

  /// Looks for tokens whose texts have been changed by `normalize`.
  init(_ tokens: some Sequence<AddedToken>, normalize: (String) -> [UInt8] = { Array($0.utf8) }) {
    var patterns = [[Pattern]](repeating: [], count: 256)
    for token in tokens {
      let bytes = normalize(token.text)
      if let first = bytes.first { patterns[Int(first)].append(Pattern(bytes: bytes, token: token)) }
    }
    self.patterns = patterns.map { $0.sorted { $0.bytes.count > $1.bytes.count } }
    isEmpty = patterns.allSatisfy(\.isEmpty)
  }

  let isEmpty: Bool

  /// Calls `onText` for each stretch between such tokens and `onToken` for each of them, in order.
  func scan(
    _ text: UnsafeBufferPointer<UInt8>, onText: (UnsafeBufferPointer<UInt8>) -> Void, onToken: (Int32) -> Void
  ) {
    var (start, position) = (0, 0)
    while !isEmpty, position < text.count {
      guard let pattern = match(text, at: position) else {
        position += 1
        continue
      }
      let (token, next) = (pattern.token, position + pattern.bytes.count)
      defer { position = next }
      if token.isSingleWord, touchesWord(text, position, next) { continue }
      let first = token.stripsLeft ? max(start, UTF8Text.withoutTrailingSpace(text, upTo: position)) : position
      let end = token.stripsRight ? UTF8Text.withoutLeadingSpace(text, from: next) : next
      if first > start { onText(UnsafeBufferPointer(rebasing: text[start..<first])) }
      onToken(token.id)
      start = end
    }
    if start < text.count { onText(UnsafeBufferPointer(rebasing: text[start...])) }
  }

  private func match(_ text: UnsafeBufferPointer<UInt8>, at position: Int) -> Pattern? {
    let candidates = patterns[Int(text[position])]
    return candidates.isEmpty ? nil : candidates.first { text[position...].starts(with: $0.bytes) }
  }

  private func touchesWord(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
    (start > 0 && CharacterClass.of(UTF8Text.scalar(text, before: start)).contains(.word))
      || (end < text.count && CharacterClass.of(UTF8Text.scalar(text, at: end).scalar).contains(.word))
  }
}
