/// Sums, differences, products and quotients of decimals, with parentheses and Python's precedence; `//` rounds down.
enum Arithmetic {
  /// What an expression comes to; `nil` if it is none, or has no finite value.
  static func value(of expression: String) -> Double? {
    var parser = ArithmeticParser(expression)
    guard let value = parser.sum(), parser.isAtEnd, value.isFinite else { return nil }
    return value
  }
}

private struct ArithmeticParser {
  private let text: [UInt8]
  private var place = 0
  private var depth = 0
  /// Python's own limit of parentheses; a model may write any number of them.
  private static let deepest = 200

  init(_ text: String) { self.text = Array(text.utf8) }

  var isAtEnd: Bool { place == text.count }

  private mutating func take(_ sign: Unicode.Scalar) -> Bool {
    guard place < text.count, text[place] == UInt8(ascii: sign) else { return false }
    place += 1
    return true
  }

  mutating func sum() -> Double? {
    guard var value = product() else { return nil }
    while true {
      if take("+") {
        guard let next = product() else { return nil }
        value += next
      } else if take("-") {
        guard let next = product() else { return nil }
        value -= next
      } else {
        return value
      }
    }
  }

  private mutating func product() -> Double? {
    guard var value = signed() else { return nil }
    while true {
      if take("*") {
        guard let next = signed() else { return nil }
        value *= next
      } else if take("/") {
        let roundsDown = take("/")
        guard let next = signed(), next != 0 else { return nil }
        value = roundsDown ? (value / next).rounded(.down) : value / next
      } else {
        return value
      }
    }
  }

  private mutating func signed() -> Double? {
    var isNegative = false
    while true {
      if take("-") { isNegative.toggle() } else if !take("+") { break }
    }
    return operand().map { isNegative ? -$0 : $0 }
  }

  private mutating func operand() -> Double? {
    guard take("(") else { return number() }
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest, let value = sum(), take(")") else { return nil }
    return value
  }

  /// Digits with at most one point; `.5` and `5.` are numbers.
  private mutating func number() -> Double? {
    let start = place
    while place < text.count, (48...57).contains(text[place]) || text[place] == UInt8(ascii: ".") { place += 1 }
    return Double(String(decoding: text[start..<place], as: UTF8.self))
  }
}
