/// The entries of a `vocab.txt`: a token's line is its id.
public struct Vocabulary: Sendable {
  /// Token by id.
  public let tokens: [String]
  private let idsByBytes: [[UInt8]: Int32]

  /// A token that is given twice has its last id, as in transformers.
  public init(_ tokens: [String]) {
    self.tokens = tokens
    idsByBytes = Dictionary(
      tokens.enumerated().map { (Array($1.utf8), Int32($0)) }, uniquingKeysWith: { _, last in last })
  }

  public var count: Int { tokens.count }

  /// Looks a token up byte by byte: to Swift, `é` is the same text however it is composed, to a vocabulary it is not.
  public func id(_ token: String) -> Int32? { idsByBytes[Array(token.utf8)] }

  /// The special tokens, then the given words in order of first appearance, then every character that occurs in them,
  /// alone and as a continuation, so that words nobody has seen can be spelled.
  public init(words: some Sequence<String>, special: SpecialTokens = SpecialTokens()) {
    var (tokens, seen, characters) = (special.all, Set(special.all), Set<Unicode.Scalar>())
    for word in words where seen.insert(word).inserted {
      tokens.append(word)
      characters.formUnion(word.unicodeScalars)
    }
    for character in characters.sorted() {
      for piece in [String(character), "##" + String(character)] where seen.insert(piece).inserted {
        tokens.append(piece)
      }
    }
    self.init(tokens)
  }
}

/// BERT's marks, by what they are for.
public struct SpecialTokens: Sendable, Equatable {
  public var padding = "[PAD]", unknown = "[UNK]", classifier = "[CLS]", separator = "[SEP]", mask = "[MASK]"
  public init() {}

  public var all: [String] { [padding, unknown, classifier, separator, mask] }

  /// Each with the name that Hugging Face's files give it.
  static let keys: [(key: String, path: WritableKeyPath<SpecialTokens, String> & Sendable)] = [
    ("pad_token", \.padding), ("unk_token", \.unknown), ("cls_token", \.classifier), ("sep_token", \.separator),
    ("mask_token", \.mask),
  ]
}
