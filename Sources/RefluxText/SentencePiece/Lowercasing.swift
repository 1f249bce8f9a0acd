/// Lower-cases text before added tokens are looked for, all but those tokens' own letters.
///
/// Code point by code point, as transformers 4's slow tokenizers do it, so that `Σ` is always `σ` here.
struct Lowercasing: Sendable {
  private let kept: AddedTokenFinder
  private let texts: [Int32: [UInt8]]

  init(_ tokens: [AddedToken]) {
    let kept = tokens.filter { $0.isSpecial || $0.isNormalized }.map { AddedToken(text: $0.text, id: $0.id) }
    self.kept = AddedTokenFinder(kept)
    texts = Dictionary(kept.map { ($0.id, Array($0.text.utf8)) }, uniquingKeysWith: { first, _ in first })
  }

  /// Whether there is anything but lower-case ASCII.
  func changes(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    text.contains { $0 >= 0x80 || (0x41...0x5A).contains($0) }
  }

  func apply(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    kept.scan(
      text,
      onText: { part in
        UTF8Text.forEach(part) { scalar, _ in
          if scalar.isASCII {
            let byte = UInt8(truncatingIfNeeded: scalar.value)
            result.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
          } else {
            result.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
          }
        }
      }, onToken: { result.append(contentsOf: texts[$0] ?? []) })
    return result
  }
}
