// Sets between brackets, and what stands behind a backslash.

extension ExpressionParser {
  mutating func set() throws(Failure) -> ScalarSet {
    var set = ScalarSet()
    set.ignoresCase = ignoresCase
    set.isInverted = skip("^")
    var isFirst = true
    while isFirst || !follows("]") {
      isFirst = false
      guard next != nil else { throw failure("'[' is not closed") }
      if follows("[:") || follows("&&") { throw failure("a set of this kind is not known") }
      if skip("[") {
        set.members.append(.set(try self.set()))
        continue
      }
      let lower = try member()
      guard case .range(let first) = lower, follows("-"), position + 1 < text.count, text[position + 1] != "]" else {
        set.members.append(lower)
        continue
      }
      position += 1
      guard case .range(let last) = try member(), first.lowerBound <= last.upperBound else {
        throw failure("a range wants its smaller end first")
      }
      set.members.append(.range(first.lowerBound...last.upperBound))
    }
    position += 1
    return set
  }

  private mutating func member() throws(Failure) -> ScalarSet.Member {
    if skip("\\") { return try escape() }
    guard let scalar = next else { throw failure("'[' is not closed") }
    position += 1
    return .range(scalar.value...scalar.value)
  }

  /// What stands behind a backslash.
  mutating func escape() throws(Failure) -> ScalarSet.Member {
    guard let scalar = next else { throw failure("a backslash at the end") }
    position += 1
    func one(_ value: UInt32) -> ScalarSet.Member { .range(value...value) }
    switch scalar {
    case "n": return one(0x0A)
    case "r": return one(0x0D)
    case "t": return one(0x09)
    case "f": return one(0x0C)
    case "v": return one(0x0B)
    case "s", "S": return .space(isInverted: scalar == "S")
    case "w", "W": return .wordCharacter(isInverted: scalar == "W")
    case "d", "D": return .category([.decimalNumber], isInverted: scalar == "D")
    case "p", "P":
      let isInverted = (scalar == "P") != (follows("{^"))
      guard skip("{"), let end = text[position...].firstIndex(of: "}") else { throw failure("wants '{' after '\\p'") }
      let name = String(String.UnicodeScalarView(text[position..<end].drop { $0 == "^" }))
      guard let categories = ScalarSet.categories(name) else { throw failure("'\\p{\(name)}' is not known") }
      position = end + 1
      return .category(categories, isInverted: isInverted)
    case "x", "u": return one(try code(scalar))
    default:
      guard scalar.isASCII, !scalar.properties.isAlphabetic, scalar.properties.numericType == nil else {
        throw failure("'\\\(scalar)' is not known")
      }
      return one(scalar.value)
    }
  }

  /// `\x41`, `\x{41}`, `\u0041`.
  private mutating func code(_ kind: Unicode.Scalar) throws(Failure) -> UInt32 {
    var digits: ArraySlice<Unicode.Scalar>
    if skip("{") {
      digits = text[position...].prefix { $0 != "}" }
      position += digits.count + 1
    } else {
      digits = text[position...].prefix(kind == "x" ? 2 : 4)
      position += digits.count
    }
    guard let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16), Unicode.Scalar(value) != nil else {
      throw failure("wants a code point in hexadecimal digits")
    }
    return value
  }
}
