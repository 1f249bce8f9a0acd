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
