import RefluxIO

/// Cuts words into the longest pieces that the vocabulary has, from left to right.
///
/// Source: Wu et al. 2016, section 4.1.
struct WordPieceModel: TokenModel {
  let vocabulary: Vocabulary
  let unknown: String
  /// What pieces inside a word begin with.
  let prefix: String
  /// A word of more code points is unknown.
  let longestWord: Int
  private let trie: PieceTrie
  private let unknownID: Int32

  init(_ vocabulary: Vocabulary, unknown: String, prefix: String = "##", longestWord: Int, source: String) throws {
    guard let unknownID = vocabulary.id(unknown) else { throw FileError(source, "has no token '\(unknown)'") }
    (self.vocabulary, self.unknown, self.prefix) = (vocabulary, unknown, prefix)
    (self.longestWord, self.unknownID) = (longestWord, unknownID)
    var trie = PieceTrie()
    for (id, token) in vocabulary.tokens.enumerated() {
      trie.insert(token.utf8, continuing: false, id: Int32(id))
      if token.utf8.starts(with: prefix.utf8) {
        trie.insert(token.utf8.dropFirst(prefix.utf8.count), continuing: true, id: Int32(id))
      }
    }
    self.trie = trie
  }

  func append(_ word: UnsafeBufferPointer<UInt8>, to ids: inout [Int32], _ workspace: inout ModelWorkspace) {
    guard word.count <= longestWord || word.count(where: { $0 & 0xC0 != 0x80 }) <= longestWord else {
      ids.append(unknownID)
      return
    }
    let count = ids.count
    var position = 0
    while position < word.count, let match = trie.longestMatch(in: word, at: position) {
      ids.append(match.id)
      position = match.end
    }
    if position < word.count {
      ids.removeLast(ids.count - count)
      ids.append(unknownID)
    }
  }

  var description: JSON {
    [
      "type": "WordPiece", "unk_token": .string(unknown), "continuing_subword_prefix": .string(prefix),
      "max_input_chars_per_word": .integer(longestWord), "vocab": vocabulary.description,
    ]
  }
}
