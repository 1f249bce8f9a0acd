import RefluxCore

// Whether the components of a recipe go together, as far as their names and options show it.
extension RecipeHeader {
  /// A sampler whose batches the objective cannot learn from.
  func uselessSampler(_ expanded: RecipeGrammar.Expansion, _ registry: Registry) -> [Problem] {
    let (written, resolved) = (expanded.recipe["strategy"], strategy?.recipe)
    guard let objective = resolved?["objective"]?.typeName, let wanted = registry.samplers(forObjective: objective),
      let sampler = resolved?["train"]?["sampler"]?.typeName, !wanted.contains(sampler)
    else { return [] }
    let place = written?["train"]?["sampler"] ?? written?["train"]
    let path = expanded.asWritten(Problem("", at: nil).inside("sampler").inside("train").inside("strategy")).path
    return [
      Problem(
        "\(path.joined(separator: ".")): '\(sampler)' repeats no example of the step before, and the objective "
          + "'\(objective)' learns from those that are repeated; use \(wanted.joined(separator: " or "))",
        at: (place?["type"] ?? place)?.mark ?? written?.mark)
    ]
  }

  /// The components that are of no use for what the task predicts.
  func unsuitedComponents(_ expanded: RecipeGrammar.Expansion, _ registry: Registry) -> [Problem] {
    guard let form = (task.component as? any Task.Type)?.form, let strategy = strategy?.recipe else { return [] }
    return registry.unsuited(for: form, in: strategy, written: expanded.recipe["strategy"]).map(expanded.asWritten)
  }

  /// Self-training data that checks answers, where the task knows none.
  func unknownAnswers(_ expanded: RecipeGrammar.Expansion, _ registry: Registry) -> [Problem] {
    guard let data = strategy?.recipe?["data"]?.typeName, registry.checksAnswers(roundData: data),
      let kind = task.component as? any Task.Type, kind.form == .text, !(kind is any QuestionTask.Type)
    else { return [] }
    let written = expanded.recipe["strategy"]
    let place = written?["data"] ?? written
    let problem = Problem(
      "the round-data '\(data)' checks the answers to questions, and the task '\(task.name)' knows no answers",
      at: (place?["type"] ?? place)?.mark)
    return [expanded.asWritten(problem.inside("data").inside("strategy"))]
  }

  /// Numbers of steps above `max_steps`.
  func idleSteps(_ expanded: RecipeGrammar.Expansion) -> [Problem] {
    let (train, written) = (strategy?.recipe?["train"], expanded.recipe["strategy"]?["train"])
    guard let most = train?["max_steps"]?.text.flatMap(Int.init) else { return [] }
    return [["evaluate_every"], ["save_every"], ["schedule", "warmup_steps"]].compactMap { path in
      let value = path.reduce(train) { $0?[$1] }
      guard let steps = value?.text.flatMap(Int.init), steps > most else { return nil }
      // An option of a component may stand beside it.
      let place = path.reduce(written) { $0?[$1] } ?? path.last.flatMap { written?[$0] } ?? written
      var problem = Problem("is \(steps), above max_steps, which is \(most)", at: place?.mark)
      problem.path = ["strategy", "train"] + path
      return expanded.asWritten(problem)
    }
  }
}
