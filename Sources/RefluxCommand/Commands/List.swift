import ArgumentParser
import RefluxCore
import RefluxIO

struct List: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Lists what recipes can name.")

  @Argument(help: "Only this kind, such as method, task or loss.") var kind: String?
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let registry = try BuiltIn.registry()
    let kinds = try kind.map { [try registry.kind($0)] } ?? registry.kinds
    if json {
      let components = kinds.flatMap(registry.components).map { component in
        JSON.object(
          JSONObject([
            ("kind", .string(component.kind)), ("name", .string(component.name)),
            ("summary", .string(component.summary)), ("plugin", .string(component.plugin)),
          ]))
      }
      return try Output.print(JSON.array(components))
    }
    for kind in kinds {
      let components = registry.components(ofKind: kind)
      let width = components.map(\.name.count).max() ?? 0
      try Output.print(kind)
      for component in components {
        let padding = String(repeating: " ", count: width - component.name.count)
        try Output.print("  \(component.name)\(padding)  \(component.summary)")
      }
    }
  }
}

extension Registry {
  /// A kind by the word that recipes use; plurals are understood.
  func kind(_ word: String) throws -> String {
    let singular = word.hasSuffix("s") && !kinds.contains(word) ? String(word.dropLast()) : word
    let candidates = [word, singular, word.hasSuffix("es") ? String(word.dropLast(2)) : word]
    if let kind = candidates.first(where: kinds.contains) { return kind }
    throw RecipeError(
      "no kind of component is called '\(word)'; there are: \(kinds.joined(separator: ", "))",
      hint: suggestion(for: word, among: kinds))
  }

  func component(_ name: String, ofKind kind: String) throws -> ComponentHelp {
    let components = components(ofKind: kind)
    if let component = components.first(where: { $0.name == name }) { return component }
    throw RecipeError(
      "no \(kind) is called '\(name)'; there are: \(components.map(\.name).joined(separator: ", "))",
      hint: suggestion(for: name, among: components.map(\.name)))
  }
}
