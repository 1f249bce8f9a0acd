/// The kind of a prediction without its details: all that can be known before a task is built.
public enum PredictionForm: String, Sendable, CaseIterable { case classes, numbers, choices, text }

/// A component that is of use for some kinds of predictions only.
public protocol PredictionSpecific: Component {
  static var suits: Set<PredictionForm> { get }
}

extension Set<PredictionForm> {
  /// `classes, numbers and choices`, in the order of the cases.
  var words: String {
    let names = PredictionForm.allCases.filter(contains).map(\.rawValue)
    guard let last = names.last, names.count > 1 else { return names.joined() }
    return names.dropLast().joined(separator: ", ") + " and \(last)"
  }
}

extension [Blueprint<any Metric>] {
  /// Throws, at the place of each in the list that was written, unless all of them can score predictions of a form.
  public func check(scoring form: PredictionForm, written: RecipeNode?) throws {
    let problems = enumerated().compactMap { index, metric -> Problem? in
      guard let suits = metric.suits, !suits.contains(form) else { return nil }
      let item = written?.items.flatMap { $0.indices.contains(index) ? $0[index] : nil } ?? written
      return Problem(
        "'\(metric.name)' scores \(suits.words), and the task predicts \(form.rawValue)",
        at: (item?["type"] ?? item)?.mark
      ).inside("\(index)").inside("metrics")
    }
    guard problems.isEmpty else { throw RecipeError(problems) }
  }
}

extension Registry {
  /// The components of a strategy that are of no use for what the task predicts.
  ///
  /// `strategy` is spelled out; `written` is as much of it as a recipe gave, for the places.
  public func unsuited(for form: PredictionForm, in strategy: RecipeNode, written: RecipeNode?) -> [Problem] {
    var problems: [Problem] = []
    func visit(_ option: OptionHelp, _ node: RecipeNode?, _ written: RecipeNode?, _ path: [String]) {
      guard let node else { return }
      for inner in option.nested {
        visit(inner, node[inner.name], written?[inner.name] ?? written, path + [inner.name])
      }
      if let kind = option.kind { visit(kind, node, written, path) }
    }
    func visit(_ kind: String, _ node: RecipeNode, _ written: RecipeNode?, _ path: [String]) {
      guard let name = node.typeName else { return }
      if let suits = suits(ofKind: kind, named: name), !suits.contains(form) {
        let others = components(ofKind: kind).map(\.name)
          .filter { self.suits(ofKind: kind, named: $0)?.contains(form) ?? true }
        var problem = Problem(
          "the \(kind) '\(name)' is for \(suits.words), and the task predicts \(form.rawValue); for these there are: "
            + others.joined(separator: ", "), at: (written?["type"] ?? written)?.mark)
        problem.path = path
        problems.append(problem)
      }
      for option in options(ofKind: kind, named: name) ?? [] {
        visit(option, node[option.name], written?[option.name] ?? written, path + [option.name])
      }
    }
    visit("strategy", strategy, written, ["strategy"])
    return problems
  }
}
