import RefluxCore

/// A family of models whose tokenizer is a SentencePiece model with its own habits around it.
enum SentencePieceFamily: Sendable {
  case albert, deberta, llama

  /// The model file.
  var file: String {
    switch self {
    case .albert: ModelFile.albertPieces
    case .deberta: ModelFile.debertaPieces
    case .llama: ModelFile.llamaPieces
    }
  }

  /// The class in transformers.
  var tokenizerClass: String {
    switch self {
    case .albert: "AlbertTokenizer"
    case .deberta: "DebertaV2Tokenizer"
    case .llama: "LlamaTokenizer"
    }
  }

  /// What the special tokens are called when no file says it, by their keys.
  var special: [String: String] {
    switch self {
    case .albert:
      [
        "bos_token": "[CLS]", "eos_token": "[SEP]", "unk_token": "<unk>", "sep_token": "[SEP]", "pad_token": "<pad>",
        "cls_token": "[CLS]", "mask_token": "[MASK]",
      ]
    case .deberta:
      [
        "bos_token": "[CLS]", "eos_token": "[SEP]", "unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]",
        "cls_token": "[CLS]", "mask_token": "[MASK]",
      ]
    case .llama: ["bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"]
    }
  }

  /// How a special token is looked for when no file says it.
  func manner(of text: String, key: String) -> AddedToken {
    AddedToken(
      text: text, id: -1, stripsLeft: self == .albert && key == "mask_token",
      isNormalized: self == .deberta && key == "unk_token")
  }

  /// Whether text is lower-cased when no file says it.
  var lowercases: Bool { self == .albert }
}
