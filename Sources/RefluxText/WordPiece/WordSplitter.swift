/// Cuts text into the words that WordPiece then cuts further: BERT's normalizer and pre-tokenizer in one pass.
///
/// Control characters go, accents are stripped, letters lower-cased; words end at white space, and every punctuation
/// character and ideograph is a word of its own. ASCII is handled byte by byte; only stretches with other characters
/// are normalized by Unicode's tables.
struct WordSplitter: Sendable {
  private let lowercases: Bool
  private let stripsAccents: Bool
  private let splitsIdeographs: Bool

  /// What the bytes are; a continuation of the word as it stands only where it is a letter.
  private let byteClasses: [ByteClass]
  private enum ByteClass: UInt8 { case plain, capital, space, punctuation, dropped, beyondASCII }

  /// UTF-8 of the word so far.
  private var word: [UInt8] = []
  /// Cleaned text that is not normalized yet: from a word's first character beyond ASCII to the word's end.
  private var raw = String.UnicodeScalarView()

  init(lowercases: Bool, stripsAccents: Bool, splitsIdeographs: Bool) {
    (self.lowercases, self.stripsAccents) = (lowercases, stripsAccents)
    self.splitsIdeographs = splitsIdeographs
    byteClasses = (0..<256).map { byte in
      guard byte < 0x80 else { return .beyondASCII }
      return switch ScalarClass.ascii[byte] {
      case .dropped: .dropped
      case .space: .space
      case .punctuation: .punctuation
      default: lowercases && (0x41...0x5A).contains(byte) ? .capital : .plain
      }
    }
  }

  /// Calls `emit` with the UTF-8 of each word.
  mutating func split(_ text: UnsafeBufferPointer<UInt8>, _ emit: (UnsafeBufferPointer<UInt8>) -> Void) {
    var position = 0
    while position < text.count {
      if word.isEmpty, raw.isEmpty {
        // Most words are words as they stand.
        var end = position
        while end < text.count, byteClasses[Int(text[end])] == .plain { end += 1 }
        let plain = UnsafeBufferPointer(rebasing: text[position..<end])
        let next = end < text.count ? byteClasses[Int(text[end])] : .space
        if next == .space || next == .punctuation {
          if !plain.isEmpty { emit(plain) }
          if next == .punctuation { emit(UnsafeBufferPointer(rebasing: text[end...end])) }
          position = end + 1
          continue
        }
        word.append(contentsOf: plain)
        position = end
      }
      let byte = text[position]
      if byte < 0x80 {
        position += 1
        ascii(byte, emit)
      } else {
        let (scalar, width) = UTF8Text.scalar(text, at: position)
        position += width
        beyondASCII(scalar, emit)
      }
    }
    endWord(emit)
  }

  private mutating func ascii(_ byte: UInt8, _ emit: (UnsafeBufferPointer<UInt8>) -> Void) {
    switch byteClasses[Int(byte)] {
    case .dropped: break
    case .space: endWord(emit)
    case .punctuation:
      endWord(emit)
      word.append(byte)
      endWord(emit)
    case .capital where raw.isEmpty: word.append(byte | 0x20)
    default: if raw.isEmpty { word.append(byte) } else { raw.append(Unicode.Scalar(byte)) }
    }
  }

  private mutating func beyondASCII(_ scalar: Unicode.Scalar, _ emit: (UnsafeBufferPointer<UInt8>) -> Void) {
    switch ScalarClass(scalar) {
    case .dropped: break
    case .space: endWord(emit)
    case .ideograph where splitsIdeographs:
      endWord(emit)
      raw.append(scalar)
      endWord(emit)
    default:
      if raw.isEmpty {
        raw.append(contentsOf: word.lazy.map { Unicode.Scalar($0) })
        word.removeAll(keepingCapacity: true)
      }
      raw.append(scalar)
    }
  }

  private mutating func endWord(_ emit: (UnsafeBufferPointer<UInt8>) -> Void) {
    if !raw.isEmpty { normalizeRaw(emit) }
    guard !word.isEmpty else { return }
    word.withUnsafeBufferPointer { emit($0) }
    word.removeAll(keepingCapacity: true)
  }

  /// Moves `raw` into `word`; decomposition may bring punctuation to light, which then ends words.
  private mutating func normalizeRaw(_ emit: (UnsafeBufferPointer<UInt8>) -> Void) {
    let text = raw
    raw = String.UnicodeScalarView()
    for scalar in stripsAccents ? NormalForm.canonicalDecomposition.normalized(text) : text {
      switch ScalarClass(scalar) {
      case .accent where stripsAccents: continue
      case .punctuation:
        endWord(emit)
        word.append(scalar)
        endWord(emit)
      default:
        if lowercases { Lowercase().append(scalar, to: &word) } else { word.append(scalar) }
      }
    }
  }
}
