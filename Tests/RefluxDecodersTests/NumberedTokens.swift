import RefluxCore

/// Writes ids as numbers: `12 7 `.
struct NumberedTokens: Tokenizer {
  var vocabularySize: Int { 1 << 16 }
  func token(_ id: Int32) -> String? { "\(id)" }
  var modelMaxLength: Int? { nil }
  func encode(_ text: String, pair _: String?, maxLength _: Int?) -> EncodedRow {
    let ids = text.split(separator: " ").compactMap { Int32($0) }
    return EncodedRow(ids: ids, segments: ids.map { _ in 0 })
  }
  func decode(_ ids: [Int32]) -> String { ids.map { "\($0) " }.joined() }
  func specialTokenCount(pair _: Bool) -> Int { 0 }
  func save(to _: String) {}
}
