import Foundation

extension WordPieceTokenizer {
  /// Text again: pieces joined, special tokens left out, the spaces before punctuation and contractions removed as
  /// transformers does (`clean_up_tokenization_spaces`).
  public func decode(_ ids: [Int32]) -> String {
    let special = Set(added.map(\.id))
    var text = ""
    for id in ids where !special.contains(id) && vocabulary.tokens.indices.contains(Int(id)) {
      let token = vocabulary.tokens[Int(id)]
      if text.isEmpty {
        text = token
      } else if token.hasPrefix("##") {
        text += token.dropFirst(2)
      } else {
        text += " " + token
      }
    }
    let contractions = [
      (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" 's", "'s"),
      (" 've", "'ve"), (" 're", "'re"),
    ]
    return contractions.reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
  }
}
