/// Reads the regular expressions that tokenizers are written with: sets, groups, choices, repetitions, looking ahead
/// (and one character back), `(?i:…)`.
struct ExpressionParser {
  struct Failure: Error { let message: String }

  let text: [Unicode.Scalar]
  var position = 0
  var ignoresCase = false

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

  var next: Unicode.Scalar? { position < text.count ? text[position] : nil }

  func follows(_ wanted: String) -> Bool {
    text[position...].starts(with: wanted.unicodeScalars)
  }

  mutating func skip(_ wanted: String) -> Bool {
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
}
