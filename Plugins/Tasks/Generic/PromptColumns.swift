import RefluxCore
import RefluxIO

/// How the rows of a user's file become prompts and responses.
///
/// A row has the columns of the templates, or a chat (`messages`), or tokens (`input_ids`, `labels`).
struct PromptColumns: Sendable {
  let prompt: TextTemplate
  let response: TextTemplate
  /// Has {role} and {content}.
  let message: TextTemplate

  /// Reads a file; with `needsResponses`, a row without a response is an error.
  ///
  /// - Throws: ``FileError`` with the line of the first row that is not as it should be.
  func examples(_ path: String, needsResponses: Bool) throws -> [Example] {
    let file = try DataFile(path)
    let names = prompt.names + response.names
    let rows =
      file.format == .jsonLines
      ? try file.rows([], optional: names + ["messages", "input_ids", "labels"])
      : try file.rows(
        needsResponses ? names : prompt.names, optional: needsResponses ? [] : response.names)
    return try rows.map { Example(rows: [try source($0, needsResponses)]) }
  }

  private func source(_ row: DataRow, _ needsResponse: Bool) throws -> SourceRow {
    if row["messages"] != nil { return try chat(row, needsResponse) }
    if row["input_ids"] != nil { return try tokens(row, needsResponse) }
    let given = try prompt.filled { try row.text($0) }
    guard needsResponse || response.names.allSatisfy({ row[$0] != nil }) else { return .text(given) }
    return .completion(prompt: given, response: try response.filled { try row.text($0) })
  }

  private func tokens(_ row: DataRow, _ needsResponse: Bool) throws -> SourceRow {
    let ids = try row.integers("input_ids") ?? []
    guard let labels = try row.integers("labels") else {
      if needsResponse { throw row.error("'labels' is missing") }
      return .tokens(ids: ids)
    }
    return .labelled(ids: ids, labels: labels)
  }

  /// The last message is the response if it is the assistant's; what its template has in front of it ends the prompt, and
  /// what it has behind it is left to the token that ends a response.
  private func chat(_ row: DataRow, _ needsResponse: Bool) throws -> SourceRow {
    guard let messages = row["messages"]?.array, !messages.isEmpty else {
      throw row.error("'messages' wants a list of {\"role\", \"content\"}")
    }
    let turns = try messages.map { item in
      guard let role = item["role"]?.string, let content = item["content"]?.string else {
        throw row.error("'messages' wants {\"role\", \"content\"} for each, but holds \(item.text)")
      }
      return (role: role, content: content)
    }
    let answers = turns[turns.count - 1].role == "assistant"
    guard answers || !needsResponse else { throw row.error("the last message is not the assistant's") }
    let before = turns.dropLast(answers ? 1 : 0).map { turn in
      message.filled { $0 == "role" ? turn.role : turn.content }
    }.joined()
    let opening = message.filled(upTo: "content") { $0 == "role" ? "assistant" : "" }
    // A space between the two belongs to the word behind it, for a tokenizer.
    let start = String(opening.reversed().drop { $0 == " " }.reversed())
    guard answers else { return .text(before + start) }
    return .completion(
      prompt: before + start, response: opening.dropFirst(start.count) + turns[turns.count - 1].content)
  }
}
