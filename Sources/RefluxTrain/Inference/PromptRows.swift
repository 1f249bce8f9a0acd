import RefluxCore
import RefluxIO

/// Rows of JSON lines for a language model: `{"prompt"}`, `{"prompt", "response"}` or `{"input_ids", "labels"?}`.
///
/// Other keys are left alone.
public struct PromptRows {
  private let lines: JSONLinesReader

  /// Opens a file; `-` is standard input.
  public init(_ path: String) throws { lines = try JSONLinesReader(path, refusingBlankLines: true) }

  /// The next row, or `nil` after the last.
  public func next() throws -> JSONFields? {
    guard let json = try lines.next() else { return nil }
    guard json.object != nil else { throw failure("wants an object, but is \(json.kind)") }
    return try JSONFields(json, path: "\(lines.path):\(lines.line)")
  }

  /// An error about the row last returned.
  public func failure(_ message: String) -> FileError { FileError(lines.path, line: lines.line, message) }

  /// The error of a component about the row last returned, with its place.
  public func failure(_ error: RecipeError) -> FileError { failure(error.messages) }

  /// The ids that a row is to be gone on from.
  ///
  /// - Throws: ``FileError`` naming file and line.
  public func ids(of row: JSONFields, _ saved: SavedModel) throws -> [Int32] {
    let ids = try prompt(row).map { try encoded($0, saved) } ?? givenIDs(row, saved)
    do { try saved.model.card.checkPrompt(ids) } catch let error as RecipeError { throw failure(error) }
    return ids
  }

  private func encoded(_ prompt: String, _ saved: SavedModel) throws -> [Int32] {
    guard let tokenizer = saved.tokenizer else {
      throw failure("has a prompt, but the model's directory has no tokenizer: wants 'input_ids'")
    }
    return tokenizer.encode(prompt: prompt)
  }

  private func givenIDs(_ row: JSONFields, _ saved: SavedModel) throws -> [Int32] {
    let ids = try row.tokenIDs("input_ids") ?? []
    let size = saved.model.card.vocabularySize
    if let id = ids.first(where: { $0 < 0 || $0 >= size }) {
      throw failure("has the token id \(id), which is outside 0 to \(size - 1)")
    }
    return ids
  }

  /// A row with what is to be scored; without labels, every id but the first is.
  public func scored(_ row: JSONFields) throws -> SourceRow {
    if let prompt = try prompt(row) {
      return .completion(prompt: prompt, response: try row.required("response", row.string))
    }
    let ids = try row.tokenIDs("input_ids") ?? []
    return .labelled(ids: ids, labels: try row.tokenIDs("labels") ?? ids)
  }

  private func prompt(_ row: JSONFields) throws -> String? {
    let (prompt, hasIDs) = (try row.string("prompt"), row.object["input_ids"] != nil)
    guard (prompt == nil) == hasIDs else {
      throw failure(hasIDs ? "has 'prompt' and 'input_ids'; wants one of them" : "wants 'prompt' or 'input_ids'")
    }
    return prompt
  }
}

extension JSONFields {
  /// A list of ids, or of labels.
  fileprivate func tokenIDs(_ key: String) throws -> [Int32]? {
    guard let value = object[key], value != .null else { return nil }
    return try value.integers(key) { FileError(path, $0) }
  }
}
