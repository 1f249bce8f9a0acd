import RefluxCore

/// The short forms of a recipe: `model`, `method` and `train`, which stand for parts of `models` and `strategy`.
public enum RecipeGrammar {
  struct Expansion {
    var recipe: RecipeNode
    var method: String?
    var problems: [Problem] = []
    /// The keys that the recipe's writer used.
    let written: RecipeNode

    /// A problem under the keys that the recipe's writer used.
    func asWritten(_ problem: Problem) -> Problem {
      var copy = problem
      if written["train"] != nil, problem.path.starts(with: ["strategy", "train"]) {
        // What stands directly under `train` may be an option of a component there.
        let inner = problem.path.dropFirst(2).firstIndex { $0 != "type" && written["train"]?[$0] != nil }
        copy.path = ["train"] + problem.path[(inner ?? 2)...]
      } else if written["strategy"] == nil, problem.path.first == "strategy",
        let first = problem.path.firstIndex(where: { $0 != "type" && written["method"]?[$0] != nil })
      {
        copy.path = ["method"] + problem.path[first...]
      } else if written["model"] != nil, problem.path.starts(with: ["models", ModelRole.student]) {
        copy.path = ["model"] + problem.path.dropFirst(2)
      }
      return copy
    }
  }

  static let shortForms: Set = ["model", "method", "train"]

  static func expand(_ written: RecipeNode, _ scope: OptionScope) throws -> Expansion {
    guard let entries = written.entries else { throw written.mismatch("a mapping of options") }
    var rest = written.removing(shortForms.union(["strategy"]))
    var problems: [Problem] = []

    if let model = entries.first(where: { $0.key == "model" }) {
      if let student = written["models"]?.entries?.first(where: { $0.key == ModelRole.student }) {
        problems.append(
          Problem("'model' and 'models.student' are the same thing; the recipe gives both", at: student.mark))
      }
      let models = written["models"] ?? RecipeNode(.map([]), model.mark)
      rest = rest.setting("models", to: models.setting(ModelRole.student, to: model.value, mark: model.mark))
    }

    var (strategy, method): (RecipeNode?, String?) = (nil, nil)
    if let named = entries.first(where: { $0.key == "method" }) {
      do {
        let expanded = try ExpandedMethod.expand(named.value, scope)
        (strategy, method) = (expanded.strategy, expanded.name)
        problems += expanded.problems.map { $0.inside("method") }
      } catch let error as RecipeError {
        problems += error.inside("method").problems
        // What else is wrong is found with the method that was probably meant.
        strategy = likelyStrategy(for: named.value, scope)
      }
    }
    if let explicit = written["strategy"] { strategy = strategy?.overlaid(with: explicit) ?? explicit }
    if let train = entries.first(where: { $0.key == "train" }), let base = strategy {
      strategy = base.setting("train", to: base["train"]?.overlaid(with: train.value) ?? train.value, mark: train.mark)
    }

    if let strategy {
      rest = rest.setting("strategy", to: strategy)
    } else if problems.isEmpty {
      problems.append(Problem("a recipe needs 'method': \(methods(scope))", at: written.mark))
    }
    return Expansion(recipe: rest, method: method, problems: problems, written: written)
  }

  private static func likelyStrategy(for node: RecipeNode, _ scope: OptionScope) -> RecipeNode? {
    guard let name = node.typeName,
      let guess = closest(to: name, among: scope.registry.components(ofKind: "method").map(\.name))
    else { return nil }
    return try? ExpandedMethod(RecipeNode(stringLiteral: guess), scope).strategy.marked((node["type"] ?? node).mark)
  }

  private static func methods(_ scope: OptionScope) -> String {
    let known = scope.registry.components(ofKind: "method").map(\.name)
    return "how the student learns, one of \(known.joined(separator: ", "))"
  }

  /// The keys of a recipe, for `reflux describe recipe`.
  public static var help: [OptionHelp] {
    let short = [
      ("model", "model", "The student, if it is the only model."),
      ("method", "method", "How the student learns: a name that stands for the components of a strategy."),
      ("train", "train", "How long, how fast, in which batches; see the strategy's `train`."),
    ].map { OptionHelp(name: $0.0, type: $0.1, help: $0.2) }
    var keys = OptionsReader.help(for: RecipeHeader.self)
    keys.insert(contentsOf: short, at: keys.firstIndex { $0.name == "strategy" } ?? keys.endIndex)
    return keys
  }
}
