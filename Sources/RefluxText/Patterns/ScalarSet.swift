/// A set of code points, as `[^\r\n\p{L}]` names one.
struct ScalarSet: Sendable {
  /// What members are listed by.
  enum Member: Sendable {
    case range(ClosedRange<UInt32>)
    case category(Set<Unicode.GeneralCategory>, isInverted: Bool)
    case space(isInverted: Bool)
    /// `isAlone`: not between brackets.
    case wordCharacter(isInverted: Bool, isAlone: Bool = false)
    case set(ScalarSet)
  }

  var members: [Member] = []
  var isInverted = false
  var ignoresCase = false

  init() {}
  init(_ scalar: Unicode.Scalar, ignoresCase: Bool = false) {
    (members, self.ignoresCase) = ([.range(scalar.value...scalar.value)], ignoresCase)
  }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    var isMember = hasMember(scalar)
    if !isMember, ignoresCase {
      let properties = scalar.properties
      isMember = [properties.lowercaseMapping, properties.uppercaseMapping].contains { mapping in
        // U+017F is an s in another case: its capital is, and its capital's small letter.
        let scalars = mapping.unicodeScalars
        guard scalars.count == 1, let other = scalars.first else { return false }
        return hasMember(other) || other.properties.lowercaseMapping.unicodeScalars.first.map(hasMember) ?? false
      }
    }
    return isMember != isInverted
  }

  private func hasMember(_ scalar: Unicode.Scalar) -> Bool {
    members.contains { member in
      switch member {
      case .range(let range): range.contains(scalar.value)
      case .category(let categories, let isInverted):
        categories.contains(scalar.properties.generalCategory) != isInverted
      case .space(let isInverted): CharacterClass.of(scalar).contains(.space) != isInverted
      case .wordCharacter(let isInverted, let isAlone): Self.isWordCharacter(scalar, isAlone) != isInverted
      case .set(let set): set.contains(scalar)
      }
    }
  }

  /// `\w` as Oniguruma has it: without joiners, but, alone, with the small digits and fractions of Latin-1.
  private static func isWordCharacter(_ scalar: Unicode.Scalar, _ isAlone: Bool) -> Bool {
    switch scalar.value {
    case 0x200C, 0x200D: false
    case 0xB2, 0xB3, 0xB9, 0xBC...0xBE: isAlone
    default: CharacterClass.of(scalar).contains(.word)
    }
  }

  /// What `\p{…}` calls a set; `nil` for an unknown name.
  static func categories(_ name: String) -> Set<Unicode.GeneralCategory>? {
    let names: [String: Unicode.GeneralCategory] = [
      "Lu": .uppercaseLetter, "Ll": .lowercaseLetter, "Lt": .titlecaseLetter, "Lm": .modifierLetter,
      "Lo": .otherLetter, "Mn": .nonspacingMark, "Mc": .spacingMark, "Me": .enclosingMark, "Nd": .decimalNumber,
      "Nl": .letterNumber, "No": .otherNumber, "Pc": .connectorPunctuation, "Pd": .dashPunctuation,
      "Ps": .openPunctuation, "Pe": .closePunctuation, "Pi": .initialPunctuation, "Pf": .finalPunctuation,
      "Po": .otherPunctuation, "Sm": .mathSymbol, "Sc": .currencySymbol, "Sk": .modifierSymbol, "So": .otherSymbol,
      "Zs": .spaceSeparator, "Zl": .lineSeparator, "Zp": .paragraphSeparator, "Cc": .control, "Cf": .format,
      "Cs": .surrogate, "Co": .privateUse, "Cn": .unassigned,
    ]
    if let category = names[name] { return [category] }
    let group = names.filter { name.count == 1 && $0.key.hasPrefix(name) }.values
    return group.isEmpty ? nil : Set(group)
  }
}
