/// Numbers as people write them in answers.
public enum AnswerNumber {
  /// The first number of a text: `1,234`, `-5`, `$3.50`, `.5`, `3/4`, `2 1/2`; units, currencies and percent signs are
  /// left out, so that `50%` is 50.
  ///
  /// `nil` when there is none.
  public static func first(in text: some StringProtocol) -> Double? {
    var scanner = NumberScanner(Array(text.unicodeScalars))
    return scanner.first()
  }

  /// Whether two numbers are the same answer: what separates them may come from writing decimals, not from arithmetic.
  public static func areEqual(_ first: Double, _ second: Double) -> Bool {
    abs(first - second) <= 1e-6 + 1e-9 * abs(second)
  }
}

/// Walks through a text, looking for a number.
private struct NumberScanner {
  private let text: [Unicode.Scalar]
  private var place = 0

  init(_ text: [Unicode.Scalar]) { self.text = text }

  mutating func first() -> Double? {
    while place < text.count {
      if startsNumber(place) {
        let isNegative = isNegated(place)
        let value = quantity()
        return isNegative ? -value : value
      }
      place += 1
    }
    return nil
  }

  private func digit(_ index: Int) -> Bool { index < text.count && ("0"..."9").contains(text[index]) }

  private func startsNumber(_ index: Int) -> Bool {
    digit(index) || text[index] == "." && digit(index + 1)
  }

  /// Whether a minus sign stands in front, perhaps with a currency between; in `x-5` or `3 - 5` it is a subtraction.
  private func isNegated(_ index: Int) -> Bool {
    var before = index - 1
    while before >= 0, text[before].properties.generalCategory == .currencySymbol || text[before] == " " && before > 0 {
      before -= 1
    }
    guard before >= 0, text[before] == "-" || text[before] == "\u{2212}" else { return false }
    guard before > 0 else { return true }
    let properties = text[before - 1].properties
    return !properties.isAlphabetic && properties.numericType == nil && text[before - 1] != ")"
  }

  /// A number, a fraction, or a number with a fraction behind it.
  private mutating func quantity() -> Double {
    let (whole, isWhole) = decimal()
    if let denominator = denominator(place) { return whole / denominator }
    guard isWhole, place < text.count, text[place] == " ", digit(place + 1) else { return whole }
    let before = place
    place += 1
    let (numerator, isNumerator) = decimal()
    if isNumerator, let denominator = denominator(place, spaced: false) {
      return whole + numerator / denominator
    }
    place = before
    return whole
  }

  /// What a number is divided by, if a slash and a number other than 0 come next.
  private mutating func denominator(_ start: Int, spaced: Bool = true) -> Double? {
    var index = start
    func space() -> Bool { spaced && index < text.count && text[index] == " " }
    while space() { index += 1 }
    guard index < text.count, text[index] == "/" || text[index] == "\u{2044}" else { return nil }
    index += 1
    while space() { index += 1 }
    guard digit(index) else { return nil }
    place = index
    let value = decimal().value
    if value != 0 { return value }
    place = start
    return nil
  }

  /// Digits, with commas before groups of three, and perhaps a fraction behind a point.
  private mutating func decimal() -> (value: Double, isWhole: Bool) {
    var written = ""
    while place < text.count {
      if digit(place) {
        written.unicodeScalars.append(text[place])
      } else if text[place] != "," || written.isEmpty || !isGroup(place + 1) {
        break
      }
      place += 1
    }
    guard place < text.count, text[place] == ".", digit(place + 1) else { return (Double(written) ?? 0, true) }
    written = (written.isEmpty ? "0" : written) + "."
    place += 1
    while digit(place) {
      written.unicodeScalars.append(text[place])
      place += 1
    }
    return (Double(written) ?? 0, false)
  }

  /// Whether exactly three digits come next.
  private func isGroup(_ index: Int) -> Bool {
    digit(index) && digit(index + 1) && digit(index + 2) && !digit(index + 3)
  }
}
