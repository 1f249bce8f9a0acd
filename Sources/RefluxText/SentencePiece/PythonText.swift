import Foundation

/// Python's text functions where they differ from Swift's: what the slow tokenizers do to text is written in terms of
/// them.
enum PythonText {
  /// `str.isspace`: white space, and the separators of ASCII.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
  }

  /// `str.isdigit`: decimals and other digits, such as `²`.
  static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    let type = scalar.properties.numericType
    return type == .decimal || type == .digit
  }

  /// `" ".join(text.split())`: runs of white space become one space, those at the ends go.
  static func withSingleSpaces(_ text: String.UnicodeScalarView) -> String.UnicodeScalarView {
    var result = String.UnicodeScalarView()
    for word in text.split(whereSeparator: isSpace) {
      if !result.isEmpty { result.append(" ") }
      result.append(contentsOf: word)
    }
    return result
  }

  /// `str.strip`.
  static func stripped(_ text: String) -> String {
    let head = text.unicodeScalars.drop(while: isSpace)
    guard let last = head.lastIndex(where: { !isSpace($0) }) else { return "" }
    return String(head[...last])
  }

  /// `str.lower`: each code point's full mapping, and `ς` where `Σ` ends a word.
  static func lowercased(_ text: String.UnicodeScalarView) -> String.UnicodeScalarView {
    var result = String.UnicodeScalarView()
    for index in text.indices {
      if text[index] == "\u{3A3}" {
        result.append(endsWord(text, index) ? "\u{3C2}" : "\u{3C3}")
      } else {
        result.append(contentsOf: text[index].properties.lowercaseMapping.unicodeScalars)
      }
    }
    return result
  }

  /// `Final_Sigma` of the Unicode standard, section 3.13: a cased letter before it and none after it, whatever may be
  /// ignored between them.
  private static func endsWord(_ text: String.UnicodeScalarView, _ index: String.Index) -> Bool {
    let before = text[..<index].reversed().first { !$0.properties.isCaseIgnorable }
    let after = text[text.index(after: index)...].first { !$0.properties.isCaseIgnorable }
    return before?.properties.isCased == true && after?.properties.isCased != true
  }

  /// NFKD without what `unicodedata.combining` is not 0 for.
  static func withoutAccents(_ text: String.UnicodeScalarView) -> String.UnicodeScalarView {
    var result = String.UnicodeScalarView()
    for scalar in String(text).decomposedStringWithCompatibilityMapping.unicodeScalars
    where scalar.properties.canonicalCombiningClass == .notReordered {
      result.append(scalar)
    }
    return result
  }
}
