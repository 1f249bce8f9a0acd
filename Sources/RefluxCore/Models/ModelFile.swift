/// The names of a model directory's files, as Hugging Face's tools write and look for them.
public enum ModelFile {
  public static let configuration = "config.json"
  public static let generationConfiguration = "generation_config.json"
  public static let weights = "model.safetensors"

  /// A tokenizer as one file, the serialisation of the `tokenizers` library.
  public static let tokenizer = "tokenizer.json"
  public static let tokenizerConfiguration = "tokenizer_config.json"
  public static let specialTokens = "special_tokens_map.json"
  public static let addedTokens = "added_tokens.json"

  /// WordPiece's pieces, one a line.
  public static let wordPieces = "vocab.txt"
  /// A byte-level tokenizer's pieces with their ids; ``merges`` stands beside it.
  public static let vocabulary = "vocab.json"
  public static let merges = "merges.txt"
  /// SentencePiece models, as ALBERT and DeBERTa name theirs.
  public static let albertPieces = "spiece.model"
  public static let debertaPieces = "spm.model"
  /// LLaMA's: a SentencePiece model, or ranks as tiktoken stores them.
  public static let llamaPieces = "tokenizer.model"
}
