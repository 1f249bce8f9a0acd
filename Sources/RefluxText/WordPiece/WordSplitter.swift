import Foundation

/// Cuts text into the words that WordPiece then cuts further: BERT's normalizer and pre-tokenizer in one pass.
///
/// Control characters go, accents are stripped, letters lower-cased; words end at white space, and every punctuation
/// character and ideograph is a word of its own. ASCII is handled byte by byte; only stretches with other characters
/// are normalized by Unicode's tables.
struct WordSplitter {
  private let lowercases: Bool
  private let stripsAccents: Bool
  private let splitsIdeographs: Bool

  private let asciiClasses = ScalarClass.ascii

  /// UTF-8 of the word so far.
  private var word: [UInt8] = []
  private var scalarCount = 0
  /// Cleaned text that is not normalized yet: from a word's first character beyond ASCII to the word's end.
  private var raw = String.UnicodeScalarView()

  init(lowercases: Bool, stripsAccents: Bool, splitsIdeographs: Bool) {
    (self.lowercases, self.stripsAccents) = (lowercases, stripsAccents)
    self.splitsIdeographs = splitsIdeographs
  }

  /// Calls `emit` with the UTF-8 of each word and its number of code points.
  mutating func split(_ text: UnsafeBufferPointer<UInt8>, _ emit: (UnsafeBufferPointer<UInt8>, Int) -> Void) {
    var position = 0
    while position < text.count {
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

  private mutating func ascii(_ byte: UInt8, _ emit: (UnsafeBufferPointer<UInt8>, Int) -> Void) {
    switch asciiClasses[Int(byte)] {
    case .dropped: break
    case .space: endWord(emit)
    case .punctuation:
      endWord(emit)
      append(byte)
      endWord(emit)
    default:
      if raw.isEmpty {
        append(lowercases && byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
      } else {
        raw.append(Unicode.Scalar(byte))
      }
    }
  }

  private mutating func beyondASCII(_ scalar: Unicode.Scalar, _ emit: (UnsafeBufferPointer<UInt8>, Int) -> Void) {
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
        clearWord()
      }
      raw.append(scalar)
    }
  }

  private mutating func endWord(_ emit: (UnsafeBufferPointer<UInt8>, Int) -> Void) {
    if !raw.isEmpty { normalizeRaw(emit) }
    guard !word.isEmpty else { return }
    word.withUnsafeBufferPointer { emit($0, scalarCount) }
    clearWord()
  }

  /// Moves `raw` into `word`; decomposition may bring punctuation to light, which then ends words.
  private mutating func normalizeRaw(_ emit: (UnsafeBufferPointer<UInt8>, Int) -> Void) {
    let text = raw
    raw = String.UnicodeScalarView()
    for scalar in stripsAccents ? Self.decomposed(text) : text {
      switch ScalarClass(scalar) {
      case .accent where stripsAccents: continue
      case .punctuation:
        endWord(emit)
        append(scalar)
        endWord(emit)
      default:
        if lowercases && scalar.properties.changesWhenLowercased {
          for lower in scalar.properties.lowercaseMapping.unicodeScalars { append(lower) }
        } else {
          append(scalar)
        }
      }
    }
  }

  /// Canonical decomposition, except of U+11938 (Unicode 13), which the reference's tables do not have.
  private static func decomposed(_ text: String.UnicodeScalarView) -> String.UnicodeScalarView {
    let parts = text.split(separator: "\u{11938}", omittingEmptySubsequences: false).map {
      String($0).decomposedStringWithCanonicalMapping
    }
    return parts.joined(separator: "\u{11938}").unicodeScalars
  }

  private mutating func append(_ byte: UInt8) {
    word.append(byte)
    scalarCount += 1
  }

  private mutating func append(_ scalar: Unicode.Scalar) {
    word.append(contentsOf: UTF8.encode(scalar).unsafelyUnwrapped)
    scalarCount += 1
  }

  private mutating func clearWord() {
    word.removeAll(keepingCapacity: true)
    scalarCount = 0
  }
}
