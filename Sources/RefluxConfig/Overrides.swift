extension RecipeNode {
  /// This recipe with what the command line adds: `key.path=value` sets, `~key.path` removes.
  ///
  /// Values are YAML. A number in a path counts the items of a list from 0.
  ///
  /// - Throws: `RecipeError` with every override that cannot be carried out.
  public func overridden(by overrides: [String]) throws -> RecipeNode {
    let source = RecipeSource(name: "command line", text: overrides.joined(separator: "\n"), isOverride: true)
    var (result, problems) = (self, [Problem]())
    for (line, text) in overrides.enumerated() {
      do {
        result = try Override(text, line: line, source).applied(to: result)
      } catch let error as RecipeError { problems += error.problems }
    }
    guard problems.isEmpty else { throw RecipeError(problems) }
    return result
  }
}

/// One `key.path=value` or `~key.path`.
private struct Override {
  struct Step { let key: String, mark: Mark }
  let steps: [Step]
  let value: RecipeNode?  // nil: remove

  init(_ text: String, line: Int, _ source: RecipeSource) throws {
    let whole = Mark(source, line: line, column: 0, length: text.count)
    guard !text.contains(where: \.isNewline) else {
      throw RecipeError("an override is one line", at: Mark(source, line: line, column: 0, length: 1))
    }
    let removes = text.hasPrefix("~")
    let path = removes ? text.dropFirst() : text.prefix { $0 != "=" }
    guard removes || path.count < text.count else {
      throw RecipeError("an override is written 'key.path=value' or '~key.path'", at: whole)
    }
    var column = removes ? 1 : 0
    steps = try path.split(separator: ".", omittingEmptySubsequences: false).map { part in
      let mark = Mark(source, line: line, column: column, length: part.count)
      guard !part.isEmpty, !part.contains(where: \.isWhitespace) else {
        throw RecipeError("a key is missing in '\(path)'", at: mark)
      }
      column += part.count + 1
      return Step(key: String(part), mark: mark)
    }
    guard !removes else {
      value = nil
      return
    }
    // Blanks and empty lines in front put the value's marks where it stands in the list of overrides.
    let padding = String(repeating: "\n", count: line) + String(repeating: " ", count: column)
    let written = String(text.dropFirst(column))
    let mark = Mark(source, line: line, column: column, length: written.count)
    guard !written.drop(while: \.isWhitespace).hasPrefix("#") else {
      throw RecipeError("text that begins with '#' must be quoted", at: mark)
    }
    value =
      written.allSatisfy(\.isWhitespace)
      ? RecipeNode(.scalar(""), mark) : try RecipeNode.parse(source, padding + written)
  }

  func applied(to root: RecipeNode) throws -> RecipeNode { try apply(steps[...].adapted(to: root), to: root) }

  private func apply(_ path: ArraySlice<Step>, to node: RecipeNode) throws -> RecipeNode {
    guard let step = path.first else { return value ?? node }
    let rest = path.dropFirst()
    if case .list(var items) = node.content {
      guard let index = Int(step.key), items.indices.contains(index) else {
        let range = items.isEmpty ? "the list is empty" : "the list has items 0 to \(items.count - 1)"
        throw RecipeError("there is no item '\(step.key)'; \(range)", at: step.mark)
      }
      if value == nil, rest.isEmpty {
        items.remove(at: index)
      } else {
        items[index] = try apply(rest, to: items[index])
      }
      return RecipeNode(.list(items), node.mark)
    }
    if value == nil {
      guard let entries = node.entries, let child = node[step.key] else {
        let known = (node.entries ?? []).map(\.key)
        throw RecipeError(
          "there is no '\(step.key)' to remove", at: step.mark, hint: suggestion(for: step.key, among: known))
      }
      guard rest.isEmpty else { return node.setting(step.key, to: try apply(rest, to: child)) }
      return RecipeNode(.map(entries.filter { $0.key != step.key }), node.mark)
    }
    let child = node.spelledOut[step.key] ?? RecipeNode(.map([]), step.mark)
    return node.setting(step.key, to: try apply(rest, to: child), mark: step.mark)
  }
}

extension ArraySlice where Element == Override.Step {
  /// `model` and `models.student` are the same thing; takes the one that the recipe uses.
  fileprivate func adapted(to root: RecipeNode) -> ArraySlice {
    guard let first else { return self }
    if first.key == "model", root["model"] == nil, root["models"] != nil {
      return [.init(key: "models", mark: first.mark), .init(key: ModelRole.student, mark: first.mark)] + dropFirst()
    }
    if first.key == "models", count > 1, self[startIndex + 1].key == ModelRole.student, root["model"] != nil {
      return [.init(key: "model", mark: self[startIndex + 1].mark)] + dropFirst(2)
    }
    return self
  }
}
