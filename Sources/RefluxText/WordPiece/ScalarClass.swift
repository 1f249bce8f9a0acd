/// What a code point is to BERT's tokenizer.
///
/// The reference (Hugging Face `tokenizers`) has the character tables of Unicode 8: what is newer is an ordinary letter
/// to it, and so it is here. `exceptions` are the code points whose category has changed since.
enum ScalarClass {
  case letter, space, punctuation, accent
  /// Removed before anything else: control and format characters, private use, U+FFFD.
  case dropped
  /// A CJK ideograph: a word of its own.
  case ideograph

  init(_ scalar: Unicode.Scalar) {
    self = scalar.isASCII ? Self.ascii[Int(scalar.value)] : Self.beyondASCII(scalar)
  }

  static let ascii: [ScalarClass] = (0..<128).map { value in
    switch value {
    case 0x09, 0x0A, 0x0D, 0x20: .space
    case 0x00..<0x20, 0x7F: .dropped
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: .punctuation
    default: .letter
    }
  }

  private static let exceptions: [UInt32: ScalarClass] = [
    0x166D: .punctuation, 0x1734: .accent, 0x1885: .letter, 0x1886: .letter, 0xA9BD: .letter, 0x111C9: .punctuation,
    0x1171E: .accent, 0xFFFD: .dropped,
  ]

  private static func beyondASCII(_ scalar: Unicode.Scalar) -> ScalarClass {
    if isIdeograph(scalar.value) { return .ideograph }
    if let exception = exceptions[scalar.value] { return exception }
    let properties = scalar.properties
    guard let age = properties.age, age.major <= 8 else { return .letter }
    switch properties.generalCategory {
    case .control, .format, .privateUse: return .dropped
    case .spaceSeparator, .lineSeparator, .paragraphSeparator: return .space
    case .nonspacingMark: return .accent
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return .punctuation
    default: return .letter
    }
  }

  /// The reference's ranges, its 0x2B920 (for 0x2B820) included.
  private static func isIdeograph(_ value: UInt32) -> Bool {
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0xF900...0xFAFF, 0x20000...0x2A6DF, 0x2A700...0x2B81F, 0x2B920...0x2CEAF,
      0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
