import RefluxCore

/// One kind of tokenizer: whose it is, and which files it is loaded from.
struct TokenizerKind: Sendable {
  /// Names that `tokenizer_class` may have, without `Fast`.
  var classes: Set<String>
  /// Names that `model_type` may have.
  var modelTypes: Set<String>
  /// Every one of them is needed.
  var files: [String]
  /// Tells kinds apart whose files have the same names.
  var accepts: @Sendable (TokenizerDirectory) throws -> Bool = { _ in true }
  var load: @Sendable (TokenizerDirectory) throws -> any Tokenizer

  /// Every kind there is.
  ///
  /// Of those whose files are there the first is taken; `tokenizer.json` is always the last resort.
  static let all: [TokenizerKind] = [wordPiece, robertaBytes, debertaBytes, albert, debertaV2, llama, tiktoken]

  /// BERT and the models that kept its tokenizer.
  static let wordPiece = Self(
    classes: ["BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer"],
    modelTypes: ["bert", "distilbert", "electra", "mobilebert"], files: [ModelFile.wordPieces]
  ) { try WordPieceTokenizer($0) }

  /// RoBERTa: GPT-2's byte pairs.
  static let robertaBytes = Self(
    classes: ["RobertaTokenizer"], modelTypes: ["roberta"], files: [ModelFile.vocabulary, ModelFile.merges]
  ) { try ByteLevelFamily.roberta.load($0) }

  /// DeBERTa, version 1: the same byte pairs, other special tokens.
  static let debertaBytes = Self(
    classes: ["DebertaTokenizer"], modelTypes: ["deberta"], files: [ModelFile.vocabulary, ModelFile.merges]
  ) { try ByteLevelFamily.deberta.load($0) }

  /// LLaMA-3 as Meta gives it out.
  static let tiktoken = Self(
    classes: ["LlamaTokenizer"], modelTypes: ["llama"], files: [ModelFile.llamaPieces],
    accepts: { try Tiktoken.isOne($0.file(ModelFile.llamaPieces)) }
  ) { try Tiktoken.load($0) }

  /// What `tokenizer_class` says when `tokenizer.json` is all there is to know.
  static let classOfFiles = "PreTrainedTokenizerFast"

  /// A file that says everything about a tokenizer itself; the classes are those that mean "see there".
  static let tokenizerFile = Self(
    classes: ["PreTrainedTokenizer", "TokenizersBackend"], modelTypes: [], files: [ModelFile.tokenizer]
  ) { try PipelineTokenizer(tokenizerFile: $0) }
}
