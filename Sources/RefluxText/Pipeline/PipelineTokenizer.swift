import RefluxCore
import RefluxIO

/// A tokenizer that is put together from the parts of Hugging Face `tokenizers`.
public struct PipelineTokenizer: Tokenizer {
  let parts: TokenizerParts
  let pipeline: TokenizerPipeline
  /// What `tokenizer_config.json` says, special tokens included.
  let configuration: JSONObject
  public let modelMaxLength: Int?
  public let endToken: Int32?
  /// Vocabulary files beside `tokenizer.json`, for programs that read only these.
  enum VocabularyFiles: Sendable { case none, words, bytePairs }
  let vocabularyFiles: VocabularyFiles
  private let cleansUpSpaces: Bool

  /// Puts the parts together; the special tokens that `directory` names are part of its configuration.
  ///
  /// - Throws: ``FileError`` naming the part or the key that is wrong.
  init(
    _ parts: TokenizerParts, configuration: JSONObject, modelMaxLength: Int?, cleansUpSpaces: Bool,
    vocabularyFiles: VocabularyFiles = .none
  ) throws {
    (self.parts, self.configuration, self.modelMaxLength) = (parts, configuration, modelMaxLength)
    (self.cleansUpSpaces, self.vocabularyFiles) = (cleansUpSpaces, vocabularyFiles)
    var pipeline = try TokenizerPipeline(parts)
    pipeline.template.truncatesLeft = configuration["truncation_side"] == "left"
    self.pipeline = pipeline
    // A name, or an added token with how it is looked for.
    let end = configuration["eos_token"].flatMap { $0.string ?? $0["content"]?.string }
    endToken = end.flatMap { end in parts.addedTokens.first { $0.text == end }?.id ?? parts.model.vocabulary.id(end) }
  }

  public var vocabularySize: Int { pipeline.vocabularySize }
  public func token(_ id: Int32) -> String? { pipeline.token(id) }
  public func specialTokenCount(pair: Bool) -> Int { pipeline.template.specialTokenCount(pair: pair) }

  public func encode(_ text: String, pair: String?, maxLength: Int?) -> EncodedRow {
    pipeline.row(text, pair: pair, maxLength: maxLength)
  }

  public func decode(_ ids: [Int32]) -> String { decode(ids, keepsSpecial: false) }

  func decode(_ ids: [Int32], keepsSpecial: Bool) -> String {
    let text = pipeline.text(ids, keepsSpecial: keepsSpecial)
    return cleansUpSpaces ? WordPieceDecoder.cleaned(text) : text
  }
}
