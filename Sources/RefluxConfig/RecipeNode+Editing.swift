extension RecipeNode {
  /// This node with the places that have no mark marked: what a preset wrote points at the line that named the preset.
  public func marked(_ mark: Mark?) -> RecipeNode {
    var copy = self
    copy.mark = self.mark ?? mark
    switch content {
    case .scalar: break
    case .list(let items): copy.content = .list(items.map { $0.marked(mark) })
    case .map(let entries):
      copy.content = .map(entries.map { Entry($0.key, $0.value.marked(mark), mark: $0.mark ?? mark) })
    }
    return copy
  }

  /// A mapping, whether a component was named (`kl`) or spelled out (`{ type: kl }`).
  public var spelledOut: RecipeNode {
    guard case .scalar = content else { return self }
    return RecipeNode(.map(isNull ? [] : [Entry("type", self, mark: mark)]), mark)
  }

  /// A mapping in which an entry is replaced or added.
  public func setting(_ key: String, to value: RecipeNode, mark: Mark? = nil) -> RecipeNode {
    var copy = spelledOut
    var entries = copy.entries ?? []
    let entry = Entry(key, value, mark: mark ?? value.mark)
    if let index = entries.firstIndex(where: { $0.key == key }) {
      entries[index] = entry
    } else {
      entries.append(entry)
    }
    copy.content = .map(entries)
    return copy
  }

  /// A mapping without some of its entries.
  public func removing(_ keys: Set<String>) -> RecipeNode {
    var copy = self
    copy.content = .map((entries ?? []).filter { !keys.contains($0.key) })
    return copy
  }

  /// This node with another laid over it.
  ///
  /// Mappings are merged key by key, anything else is replaced. A component keeps its options only as long as its
  /// `type` stays the same.
  public func overlaid(with other: RecipeNode) -> RecipeNode {
    if other.entries == nil {
      return entries != nil && other.text != nil && other.text == typeName ? self : other
    }
    if let type = other["type"]?.text, type != typeName { return other }
    guard entries != nil || typeName != nil else { return other }
    var result = spelledOut
    for entry in other.entries ?? [] {
      result = result.setting(
        entry.key, to: result[entry.key]?.overlaid(with: entry.value) ?? entry.value, mark: entry.mark)
    }
    result.mark = other.mark ?? mark
    return result
  }

  /// This node with another laid over the place that a path leads to.
  public func overlaid(with other: RecipeNode, at path: some Collection<String>) -> RecipeNode {
    guard let key = path.first else { return overlaid(with: other) }
    let child = spelledOut[key] ?? RecipeNode(.map([]), other.mark)
    return setting(key, to: child.overlaid(with: other, at: path.dropFirst()))
  }
}

extension RecipeNode.Entry {
  /// Whether this entry counts instead of an earlier one for the same option: the command line's does.
  ///
  /// - Throws: `RecipeError` if both were written in one place, which is a mistake.
  public func replaces(_ old: Self) throws(RecipeError) -> Bool {
    let (before, now) = (old.mark?.source.isOverride == true, mark?.source.isOverride == true)
    if before != now { return now }
    let line = old.mark.map { "; the first time in line \($0.line + 1)" } ?? ""
    let name = old.key == key ? "'\(key)'" : "'\(key)', which is '\(old.key)',"
    throw RecipeError("\(name) is given twice\(line)", at: mark)
  }
}
