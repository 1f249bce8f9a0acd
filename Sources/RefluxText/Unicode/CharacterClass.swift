/// What a code point is to the patterns that cut text into words, by the character tables of Unicode 16.
struct CharacterClass: OptionSet, Sendable {
  let rawValue: UInt8
  /// `\p{L}`.
  static let letter = CharacterClass(rawValue: 1)
  /// `\p{N}`.
  static let number = CharacterClass(rawValue: 2)
  /// `\s`: `White_Space`.
  static let space = CharacterClass(rawValue: 4)
  /// `\p{P}` and the punctuation and symbols of ASCII.
  static let punctuation = CharacterClass(rawValue: 8)
  /// `\p{M}`.
  static let mark = CharacterClass(rawValue: 16)
  /// `\w`: alphabetic, mark, decimal digit, connector or join control.
  static let word = CharacterClass(rawValue: 32)

  @inline(__always)
  static func of(_ scalar: Unicode.Scalar) -> CharacterClass {
    scalar.value < tableSize ? table.classes[Int(scalar.value)] : computed(scalar)
  }

  /// The first planes, where nearly all text is, looked up once.
  private static let tableSize: UInt32 = 0x20000
  private static let table = Table()

  private struct Table: @unchecked Sendable {
    /// Never changed and never freed.
    let classes: UnsafePointer<CharacterClass>

    init() {
      let classes = UnsafeMutablePointer<CharacterClass>.allocate(capacity: Int(tableSize))
      for value in 0..<tableSize {
        (classes + Int(value)).initialize(to: Unicode.Scalar(value).map(computed) ?? [])
      }
      self.classes = UnsafePointer(classes)
    }
  }

  private static func computed(_ scalar: Unicode.Scalar) -> CharacterClass {
    let properties = scalar.properties
    var result: CharacterClass = properties.isWhitespace ? .space : []
    // The reference does not know what is newer.
    guard let age = properties.age, age.major <= 16 else { return result }
    if properties.isAlphabetic || properties.isJoinControl { result.insert(.word) }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: result.insert(.letter)
    case .decimalNumber: result.formUnion([.number, .word])
    case .letterNumber, .otherNumber: result.insert(.number)
    case .nonspacingMark, .spacingMark, .enclosingMark: result.formUnion([.mark, .word])
    case .connectorPunctuation: result.formUnion([.punctuation, .word])
    case .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
      .otherPunctuation:
      result.insert(.punctuation)
    case .currencySymbol, .mathSymbol, .modifierSymbol: if scalar.isASCII { result.insert(.punctuation) }
    default: break
    }
    return result
  }
}
