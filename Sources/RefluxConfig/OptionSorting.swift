/// Finds the option that each key of a mapping belongs to: by name, by alias, or inside an inline component.
struct OptionSorting {
  private(set) var found: [String: RecipeNode.Entry] = [:]
  private(set) var problems: [Problem] = []
  private let options: [OptionHelp]
  private let owner: String
  private let scope: OptionScope
  private var strangers: [RecipeNode.Entry] = []
  private let others: [String]
  private let hasType: Bool

  /// Begins with the options of an owner; others are keys that exist, but are read by somebody else.
  init(_ options: [OptionHelp], others: Set<String>, owner: String, _ scope: OptionScope) {
    (self.options, self.owner, self.scope) = (options, owner, scope)
    self.others = others.subtracting(["type"]).sorted()
    hasType = others.contains("type")
  }

  mutating func add(_ entry: RecipeNode.Entry) {
    if let option = options.first(where: { $0.keys.contains(entry.key) }) {
      if option.name != entry.key { note(entry, readAs: option.name) }
      found[option.name] = decide(between: found[option.name], and: entry)
    } else {
      strangers.append(entry)
    }
  }

  /// Places the keys that are not the owner's own; to be called when all have been added.
  mutating func finish() {
    for entry in strangers {
      var homes: [(option: OptionHelp, inner: OptionHelp)] = []
      for option in options where option.isInline {
        for inner in innerOptions(of: option) ?? [] where inner.keys.contains(entry.key) {
          homes.append((option, inner))
        }
      }
      guard let home = homes.first else {
        // Whose options they are cannot be said while a component's name is wrong.
        let inline = options.filter(\.isInline).map(innerOptions)
        if inline.allSatisfy({ $0 != nil }) { problems.append(unknown(entry, inline.flatMap { $0 ?? [] })) }
        continue
      }
      guard homes.count == 1 else {
        let places = homes.map { "'\($0.option.name)'" }.joined(separator: " and ")
        problems.append(
          Problem("'\(entry.key)' is an option of \(places); write it inside one of them", at: entry.mark))
        continue
      }
      if home.inner.name != entry.key { note(entry, readAs: home.inner.name) }
      move(entry, to: home.inner.name, in: home.option)
    }
  }

  private mutating func move(_ entry: RecipeNode.Entry, to key: String, in option: OptionHelp) {
    let outer = found[option.name]
    let node = outer?.value.spelledOut ?? RecipeNode(.map([]), entry.mark)
    let old = node.entries?.first { $0.key == key }
    let chosen = decide(between: old, and: entry)
    found[option.name] = RecipeNode.Entry(
      option.name, node.setting(key, to: chosen.value, mark: chosen.mark), mark: outer?.mark ?? entry.mark)
  }

  /// Of two entries for one option the command line's wins; otherwise it is a mistake.
  private mutating func decide(between old: RecipeNode.Entry?, and new: RecipeNode.Entry) -> RecipeNode.Entry {
    guard let old else { return new }
    do { return try new.replaces(old) ? new : old } catch {
      problems += error.problems
      return old
    }
  }

  /// The options of the component that an inline option names, or would name by default.
  private func innerOptions(of option: OptionHelp) -> [OptionHelp]? {
    guard let kind = option.kind, let name = found[option.name]?.value.typeName ?? option.defaultText else {
      return nil
    }
    return scope.components.options(ofKind: kind, named: name)
  }

  private func unknown(_ entry: RecipeNode.Entry, _ inner: [OptionHelp]) -> Problem {
    let known = Set((options + inner).map(\.name) + others).sorted()
    let list = known.isEmpty ? "it takes no options" : "it takes: " + known.joined(separator: ", ")
    return Problem(
      "\(owner) has no option '\(entry.key)'; \(list)", at: entry.mark,
      hint: suggestion(for: entry.key, among: known + (hasType ? ["type"] : [])))
  }

  private func note(_ entry: RecipeNode.Entry, readAs name: String) {
    scope.notes.add(Problem("'\(entry.key)' is read as '\(name)'", at: entry.mark))
  }
}
