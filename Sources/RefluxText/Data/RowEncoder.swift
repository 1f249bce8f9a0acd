import RefluxCore

/// Turns rows into ids and checks the ids that come ready-made.
public struct RowEncoder: Sendable {
  private let tokenizer: (any Tokenizer)?
  private let vocabularySize: Int
  private let segmentCount: Int
  /// Longest row, special tokens included.
  public let maxLength: Int

  /// Checks that the limits leave room for text.
  ///
  /// - Parameters:
  ///   - tokenizer: May be missing if every row is pre-tokenized.
  ///   - vocabularySize: Rows of the model's token embedding.
  ///   - segmentCount: Rows of its segment embedding; 1 for a model that has none.
  ///   - maxLength: Longest row, special tokens included.
  /// - Throws: `RecipeError` if `maxLength` has no room for text, or the tokenizer's ids exceed the vocabulary.
  public init(_ tokenizer: (any Tokenizer)?, vocabularySize: Int, segmentCount: Int = 2, maxLength: Int) throws {
    let marks = tokenizer?.specialTokenCount(pair: true) ?? 0
    guard maxLength >= marks + 2 else {
      throw RecipeError(
        "a maximum length of \(maxLength) leaves no room for a pair of texts; wants \(marks + 2) or more")
    }
    if let tokenizer, tokenizer.vocabularySize > vocabularySize {
      throw RecipeError(
        "the tokenizer has \(tokenizer.vocabularySize) tokens, but the model's vocabulary has \(vocabularySize)")
    }
    (self.tokenizer, self.vocabularySize, self.segmentCount) = (tokenizer, vocabularySize, segmentCount)
    self.maxLength = maxLength
  }

  /// What ids depend on beside the row and the tokenizer.
  var limits: String { "\(maxLength) \(vocabularySize) \(segmentCount)" }

  /// The ids of one row.
  ///
  /// A prompt with its response is never truncated: it may come out longer than ``maxLength``.
  /// - Throws: `RecipeError` saying what is wrong with a pre-tokenized row; it is never truncated either.
  public func encode(_ row: SourceRow) throws -> EncodedRow {
    switch row {
    case .text(let text, let pair):
      guard let tokenizer else {
        throw RecipeError("is text, but the model's directory has no tokenizer: wants 'input_ids'")
      }
      return tokenizer.encode(text, pair: pair, maxLength: maxLength)
    case .tokens(let ids, let segments):
      try check(ids, segments)
      return EncodedRow(ids: ids, segments: segments.isEmpty ? [Int32](repeating: 0, count: ids.count) : segments)
    case .completion(let prompt, let response): return try completion(prompt, response)
    case .labelled(let ids, let labels):
      try check(ids, [], limited: false)
      return try labelled(ids, labels)
    }
  }

  private func completion(_ prompt: String, _ response: String) throws -> EncodedRow {
    guard let tokenizer else {
      throw RecipeError("is text, but the model's directory has no tokenizer: wants 'input_ids' and 'labels'")
    }
    guard let end = tokenizer.endToken else {
      throw RecipeError("has a response, but the tokenizer has no token that ends one (eos_token)")
    }
    let question = tokenizer.encode(prompt: prompt)
    let ids = question + tokenizer.encode(continuing: response) + [end]
    return languageRow(ids, labels: ids.indices.map { $0 < question.count ? -1 : ids[$0] })
  }

  private func labelled(_ ids: [Int32], _ labels: [Int32]) throws -> EncodedRow {
    guard labels.count == ids.count else {
      throw RecipeError("has \(ids.count) token ids, but \(labels.count) labels")
    }
    if let label = labels.first(where: { $0 >= vocabularySize }) {
      throw RecipeError("has the label \(label), which is outside 0 to \(vocabularySize - 1)")
    }
    return languageRow(ids, labels: labels)
  }

  /// Each position predicts the label of the next one; the first label is nobody's to predict.
  private func languageRow(_ ids: [Int32], labels: [Int32]) -> EncodedRow {
    EncodedRow(
      ids: ids, segments: [Int32](repeating: 0, count: ids.count),
      targets: labels.dropFirst().map { max($0, -1) } + [-1])
  }

  private func check(_ ids: [Int32], _ segments: [Int32], limited: Bool = true) throws {
    guard !ids.isEmpty else { throw RecipeError("has no tokens") }
    guard !limited || ids.count <= maxLength else {
      throw RecipeError(
        "has \(ids.count) tokens, more than \(maxLength); pre-tokenized rows are not truncated")
    }
    if let id = ids.first(where: { $0 < 0 || $0 >= vocabularySize }) {
      throw RecipeError("has the token id \(id), which is outside 0 to \(vocabularySize - 1)")
    }
    guard segments.isEmpty || segments.count == ids.count else {
      throw RecipeError("has \(ids.count) token ids, but \(segments.count) token type ids")
    }
    if let segment = segments.first(where: { $0 < 0 || $0 >= segmentCount }) {
      throw RecipeError("has the token type id \(segment), which is outside 0 to \(segmentCount - 1)")
    }
  }
}
