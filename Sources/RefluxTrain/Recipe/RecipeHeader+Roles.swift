import RefluxCore

extension RecipeHeader {
  /// The models that are needed and not there: the student, those that learn and those the objective asks for.
  func missingModels(_ expanded: RecipeGrammar.Expansion, _ registry: Registry) -> [Problem] {
    let (known, node) = (models.byRole.map(\.role), expanded.recipe["models"])
    let strange = node?.entries?.first { $0.key != ModelRole.student && $0.key != ModelRole.teacher }
    func problem(_ message: String, _ role: String, at mark: Mark?) -> Problem {
      Problem(
        "\(message); there are: \(known.joined(separator: ", "))", at: mark, hint: suggestion(for: role, among: known))
    }

    var problems: [Problem] = []
    if !known.contains(ModelRole.student) {
      problems.append(
        Problem(
          "models: there is no '\(ModelRole.student)'", at: strange?.mark ?? node?.mark,
          hint: strange.flatMap { suggestion(for: $0.key, among: [ModelRole.student]) }))
    }
    let (written, resolved) = (expanded.recipe["strategy"], strategy?.recipe)
    let learners = written?["learners"]?.items ?? []
    for (index, role) in (resolved?["learners"]?.items ?? []).compactMap(\.text).enumerated()
    where !known.contains(role) && (role != ModelRole.student || !learners.isEmpty) {
      let mark = learners.indices.contains(index) ? learners[index].mark : written?["learners"]?.mark
      let path = expanded.asWritten(Problem("", at: nil).inside("learners").inside("strategy")).path
      problems.append(problem("\(path.joined(separator: ".")): there is no model '\(role)'", role, at: mark))
    }
    if let objective = resolved?["objective"]?.typeName {
      for role in registry.roles(ofObjective: objective) where !known.contains(role) {
        let place = written?["objective"]
        problems.append(
          problem(
            "objective '\(objective)' needs 'models.\(role)'", role,
            at: (place?["type"] ?? place)?.mark ?? written?.mark))
      }
    }
    return problems
  }
}
