import RefluxCore

/// Which linear maps of a model are meant, in PEFT's ways of saying it.
enum ModuleTargets: OptionValue, Equatable {
  /// Names, or ends of paths: `query`, `self.query`.
  case names([String])
  /// A regular expression that a whole path must match: `.*\.[0-5]\.attention\.self\.(query|value)`.
  case pattern(String)
  /// All but the output layer and the parts that are trained as a whole.
  case allLinear

  /// Queries and values, as the models call them; fused, DeBERTa's first version keeps them in `in_proj`.
  static let standard = names([
    "query", "value", "q_proj", "v_proj", "query_proj", "value_proj", "q_lin", "v_lin", "in_proj",
  ])
  static var typeName: String { "list of names | pattern | all-linear" }

  init(_ node: RecipeNode, _ scope: OptionScope) throws {
    if node.items != nil {
      self = .names(try [String](node, scope))
    } else {
      let text = try node.scalar("names, a pattern, or all-linear")
      do { try self.init(text: text) } catch let error as RecipeError {
        throw RecipeError(error.problems.map { $0.located(at: node.mark) })
      }
    }
  }

  /// A text alone is a pattern if it could not be a path.
  init(text: String) throws {
    if text == "all-linear" {
      self = .allLinear
    } else if text.contains(where: { "*+?()[]{}|^$\\".contains($0) }) {
      guard (try? Regex(text)) != nil else { throw RecipeError("'\(text)' is not a regular expression") }
      self = .pattern(text)
    } else {
      self = .names([text])
    }
  }

  var recipe: RecipeNode? {
    switch self {
    case .names(let names): names.recipe
    case .pattern(let text): text.recipe
    case .allLinear: "all-linear".recipe
    }
  }

  /// The chosen ones of some paths.
  func choose(_ paths: [String]) -> [String] {
    switch self {
    case .names(let names): return paths.filter { path in names.contains { path.endsWith(part: $0) } }
    case .pattern(let text):
      guard let pattern = try? Regex(text) else { return [] }
      return paths.filter { $0.wholeMatch(of: pattern) != nil }
    case .allLinear: return paths.filter { !$0.endsWith(part: "lm_head") }
    }
  }
}

extension String {
  /// Whether a path is `part` or ends with it: `attention.self.query` ends with `query` and with `self.query`.
  func endsWith(part: String) -> Bool { self == part || hasSuffix("." + part) }

  /// Whether a parameter or a module lies in a part of the model: `bert.pooler.dense.weight` lies in `pooler`.
  func lies(in part: String) -> Bool { ".\(self).".contains(".\(part).") }
}
