import Foundation

/// `NFC`, `NFD`, `NFKC`, `NFKD`: the normal forms of Unicode.
enum NormalForm: String, Normalizer, CaseIterable {
  case canonicalComposition = "NFC", canonicalDecomposition = "NFD"
  case compatibilityComposition = "NFKC", compatibilityDecomposition = "NFKD"

  func normalized(_ text: [UInt8]) -> [UInt8] {
    guard text.contains(where: { $0 >= 0x80 }) else { return text }
    return Array(String(normalized(String(decoding: text, as: UTF8.self).unicodeScalars)).utf8)
  }

  /// The reference has the tables of Unicode 9: what is newer stays as it is, and what is on either side of it apart.
  func normalized(_ text: String.UnicodeScalarView) -> String.UnicodeScalarView {
    var (result, start) = (String.UnicodeScalarView(), text.startIndex)
    for index in text.indices where text[index].properties.age.map({ $0.major > 9 }) ?? true {
      result.append(contentsOf: applied(String(text[start..<index])).unicodeScalars)
      result.append(text[index])
      start = text.index(after: index)
    }
    result.append(contentsOf: applied(String(text[start...])).unicodeScalars)
    return result
  }

  private func applied(_ text: String) -> String {
    switch self {
    case .canonicalComposition: text.precomposedStringWithCanonicalMapping
    case .canonicalDecomposition: text.decomposedStringWithCanonicalMapping
    case .compatibilityComposition: text.precomposedStringWithCompatibilityMapping
    case .compatibilityDecomposition: text.decomposedStringWithCompatibilityMapping
    }
  }
}
