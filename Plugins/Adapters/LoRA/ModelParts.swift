import RefluxCore

/// What a model consists of, as far as an adapter asks.
extension Model {
  /// The shape of each linear map's weight, `[outputs, inputs]`, by its path.
  var linearShapes: [String: Shape] {
    var (copy, shapes) = (self, [String: Shape]())
    copy.updateModules(of: Linear.self) { path, linear in shapes[path] = linear.weight.shape }
    return shapes
  }

  /// The heads of classifiers, as the models of Hugging Face call them.
  var heads: [String] { modules(called: ["classifier", "score"]) }

  /// The head, and the modules that have random weights.
  var modulesToTrain: [String] {
    card.freshParameters.map(\.module).reduce(into: heads) { parts, path in
      if !parts.contains(where: { path.lies(in: $0) }) { parts.append(path) }
    }
  }

  /// Second names of parameters that stand for two of Hugging Face's, with their first names: a head that is the table
  /// of token vectors.
  var sharedNames: [(second: String, first: String)] {
    var (copy, visitor) = (self, ParameterVisitor())
    copy.visit(&visitor)
    return visitor.sharedNames.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The paths of its modules that hold parameters, by themselves or in modules of theirs, sorted.
  private var modulePaths: [String] {
    let paths = parameters.names.reduce(into: Set<String>()) { paths, name in
      var parts = name.split(separator: ".").dropLast()
      while !parts.isEmpty {
        paths.insert(parts.joined(separator: "."))
        parts = parts.dropLast()
      }
    }
    return paths.sorted()
  }

  /// The whole paths of the modules with some names: `norm` is `model.norm`, and not `input_layernorm`.
  func modules(called names: [String]) -> [String] { modules(names) { $0.endsWith(part: $1) } }

  /// The whole paths of the modules that PEFT takes for `modules_to_save`: those whose path ends with the text, so that
  /// `norm` is `input_layernorm` too.
  func modules(endingWith texts: [String]) -> [String] { modules(texts) { $0.hasSuffix($1) } }

  /// Each once, and none that lies in another.
  private func modules(_ names: [String], _ isMeant: (_ path: String, _ name: String) -> Bool) -> [String] {
    let paths = modulePaths
    let found = names.flatMap { name in paths.filter { isMeant($0, name) } }
    return found.reduce(into: []) { chosen, path in
      let isInside = found.contains { path.hasPrefix($0 + ".") }
      if !isInside, !chosen.contains(path) { chosen.append(path) }
    }
  }

  /// Throws `RecipeError` naming the first part that the model does not have.
  func requireParts(_ parts: [String]) throws {
    for part in parts where modules(called: [part]).isEmpty {
      let missing = "modules_to_save: the model has no part '\(part)'"
      if let shared = sharedNames.first(where: { $0.second.module.endsWith(part: part) }) {
        throw RecipeError("\(missing): its head is \(shared.first.module.lastName)")
      }
      let known = modulePaths.lastNames.filter { Int($0) == nil }
      throw RecipeError(missing, hint: suggestion(for: part, among: known))
    }
  }
}

extension String {
  /// The path of the module that a parameter belongs to.
  var module: String { split(separator: ".").dropLast().joined(separator: ".") }

  /// The last part of a path.
  var lastName: String { split(separator: ".").last.map(String.init) ?? self }
}

extension [String] {
  /// The last parts of some paths, each once, sorted.
  var lastNames: [String] { Set(map(\.lastName)).sorted() }
}
