/// What a regular expression consists of.
indirect enum ExpressionNode: Sendable {
  case scalar(ScalarSet)
  case sequence([ExpressionNode])
  case choice([ExpressionNode])
  case repeated(ExpressionNode, Int, Int?, Greed)
  case ahead(ExpressionNode, isInverted: Bool)
  case behind(ScalarSet, isInverted: Bool)
  case atomic(ExpressionNode)
  case textStart
  case textEnd
  case lineStart
  case lineEnd

  enum Greed: Sendable { case greedy, lazy, possessive }

  /// Whether it can match nothing.
  var mayBeEmpty: Bool {
    switch self {
    case .scalar: false
    case .sequence(let nodes): nodes.allSatisfy(\.mayBeEmpty)
    case .choice(let nodes): nodes.contains(where: \.mayBeEmpty)
    case .repeated(let node, let least, _, _): least == 0 || node.mayBeEmpty
    case .atomic(let node): node.mayBeEmpty
    case .ahead, .behind, .textStart, .textEnd, .lineStart, .lineEnd: true
    }
  }
}

/// Reads the regular expressions that tokenizers are written with: sets, groups, choices, repetitions, looking ahead
/// (and one character back), `(?i:…)`.
struct ExpressionParser {
  struct Failure: Error { let message: String }

  private let text: [Unicode.Scalar]
  private var position = 0
  private var ignoresCase = false

  /// Reads a whole expression.
  ///
  /// - Throws: ``Failure`` saying what is not understood, and where.
  static func parse(_ text: String) throws(Failure) -> ExpressionNode {
    var parser = ExpressionParser(text: Array(text.unicodeScalars))
    let node = try parser.choice()
    guard parser.position == parser.text.count else { throw parser.failure("')' closes nothing") }
    return node
  }

  private init(text: [Unicode.Scalar]) { self.text = text }

  func failure(_ message: String) -> Failure { Failure(message: "\(message) at character \(position + 1)") }

  private var next: Unicode.Scalar? { position < text.count ? text[position] : nil }

  private func follows(_ wanted: String) -> Bool {
    text[position...].starts(with: wanted.unicodeScalars)
  }

  private mutating func skip(_ wanted: String) -> Bool {
    guard follows(wanted) else { return false }
    position += wanted.unicodeScalars.count
    return true
  }

  private mutating func choice() throws(Failure) -> ExpressionNode {
    var options = [try sequence()]
    while skip("|") { options.append(try sequence()) }
    return options.count == 1 ? options[0] : .choice(options)
  }

  private mutating func sequence() throws(Failure) -> ExpressionNode {
    var nodes: [ExpressionNode] = []
    let outer = ignoresCase
    while let scalar = next, scalar != "|", scalar != ")" {
      // `(?i)` holds to the end of the group.
      if skip("(?i)") { ignoresCase = true } else { nodes.append(try repeated(atom())) }
    }
    ignoresCase = outer
    return nodes.count == 1 ? nodes[0] : .sequence(nodes)
  }

  private mutating func repeated(_ atom: ExpressionNode) throws(Failure) -> ExpressionNode {
    var node = atom
    while let (least, most) = try bounds() {
      let greed: ExpressionNode.Greed = skip("?") ? .lazy : skip("+") ? .possessive : .greedy
      guard !node.mayBeEmpty || most == 1 else { throw failure("what may be empty cannot be repeated") }
      node = .repeated(node, least, most, greed)
    }
    return node
  }

  private mutating func bounds() throws(Failure) -> (Int, Int?)? {
    if skip("?") { return (0, 1) }
    if skip("*") { return (0, nil) }
    if skip("+") { return (1, nil) }
    guard next == "{" else { return nil }
    guard let end = text[position...].firstIndex(of: "}") else { throw failure("'{' is not closed") }
    let parts = String(String.UnicodeScalarView(text[(position + 1)..<end])).split(
      separator: ",", omittingEmptySubsequences: false)
    guard parts.count <= 2, let least = Int(parts[0].isEmpty && parts.count == 2 ? "0" : parts[0]), least <= 1000,
      let most = parts.count == 1 ? least : parts[1].isEmpty ? Int?.some(-1) : Int(parts[1]), most <= 1000,
      most < 0 || most >= least
    else { throw failure("wants a number of times in braces") }
    position = end + 1
    return (least, most < 0 ? nil : most)
  }

  private mutating func atom() throws(Failure) -> ExpressionNode {
    guard let scalar = next else { throw failure("the expression ends too soon") }
    position += 1
    switch scalar {
    case "(": return try group()
    case "[": return .scalar(try set())
    case ".":
      var set = ScalarSet("\n")
      set.isInverted = true
      return .scalar(set)
    case "^": return .lineStart
    case "$": return .lineEnd
    case "*", "+", "?", "{":
      position -= 1
      throw failure("'\(scalar)' repeats nothing")
    case "\\":
      if skip("A") { return .textStart }
      if skip("z") { return .textEnd }
      var member = try escape()
      if case .wordCharacter(let isInverted, _) = member {
        member = .wordCharacter(isInverted: isInverted, isAlone: true)
      }
      return .scalar(set(of: member))
    default: return .scalar(ScalarSet(scalar, ignoresCase: ignoresCase))
    }
  }

  private func set(of member: ScalarSet.Member) -> ScalarSet {
    var set = ScalarSet()
    (set.members, set.ignoresCase) = ([member], ignoresCase)
    return set
  }

  private mutating func group() throws(Failure) -> ExpressionNode {
    let outer = ignoresCase
    var wrap: (ExpressionNode) -> ExpressionNode? = { $0 }
    if skip("?=") {
      wrap = { .ahead($0, isInverted: false) }
    } else if skip("?!") {
      wrap = { .ahead($0, isInverted: true) }
    } else if skip("?>") {
      wrap = { .atomic($0) }
    } else if follows("?<=") || follows("?<!") {
      let isInverted = follows("?<!")
      position += 3
      wrap = { if case .scalar(let set) = $0 { .behind(set, isInverted: isInverted) } else { nil } }
    } else if skip("?i:") {
      ignoresCase = true
    } else if !skip("?:"), next == "?" {
      throw failure("a group of this kind is not known")
    }
    let body = try choice()
    guard skip(")") else { throw failure("'(' is not closed") }
    ignoresCase = outer
    guard let node = wrap(body) else { throw failure("only one character can be looked back at") }
    return node
  }

  private mutating func set() throws(Failure) -> ScalarSet {
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
  private mutating func escape() throws(Failure) -> ScalarSet.Member {
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
