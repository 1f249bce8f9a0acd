import RefluxCore
import RefluxIO

extension TokenizerKind {
  static let albert = Self(classes: ["AlbertTokenizer"], modelTypes: ["albert"], files: [ModelFile.albertPieces]) {
    try SentencePieceTokenizer($0, .albert)
  }

  /// DeBERTa-v2 and v3.
  static let debertaV2 = Self(
    classes: ["DebertaV2Tokenizer"], modelTypes: ["deberta-v2"], files: [ModelFile.debertaPieces]
  ) {
    try SentencePieceTokenizer($0, .deberta)
  }

  /// LLaMA 1 and 2; LLaMA 3 has a file of the same name that is text.
  static let llama = Self(
    classes: ["LlamaTokenizer"], modelTypes: ["llama"], files: [ModelFile.llamaPieces],
    accepts: { try SentencePieceSpecification.describes(MappedFile($0.file(ModelFile.llamaPieces))) }
  ) { try SentencePieceTokenizer($0, .llama) }
}
