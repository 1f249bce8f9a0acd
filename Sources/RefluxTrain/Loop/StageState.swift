import RefluxCore

/// A stage in progress: everything its next step depends on, and so everything a checkpoint holds.
struct StageState {
  var modules: ModuleSet
  var objective: any Objective
  var learners: [String: Learner]
  var progress: Progress

  /// Modules that may have changed since the stage began.
  var savedModules: [String] {
    modules.names.filter { name in learners[name] != nil || learners[String(name.prefix { $0 != "." })] != nil }
  }

  /// Whose optimizer moves a module: its own, or for `student.projection` the student's.
  func owner(of name: String, in turn: Turn) throws -> String {
    let parent = String(name.prefix { $0 != "." })
    guard let owner = learners[name] != nil ? name : learners[parent] != nil ? parent : nil else {
      throw RecipeError("nobody optimizes '\(name)', which learns in turn '\(turn.name)'")
    }
    return owner
  }

  /// The rate of the step that comes next.
  func learningRate(of owner: String) -> Double {
    guard let learner = learners[owner] else { return 0 }
    // As it was written: 0.001 and not 0.0010000000474974513, which is the nearest float.
    func written(_ number: Float) -> Double { Double(number.description) ?? Double(number) }
    return written(learner.optimizer.learningRate) * written(learner.schedule.factor(progress))
  }

  mutating func update(_ name: String, of owner: String, along gradient: Parameters, scale: Float) {
    // Taken out of the set meanwhile, so that nobody else holds the weights and they are moved in place.
    guard var module = modules[name] else { return }
    modules[name] = nil
    learners[owner]?.update(&module, named: name, along: gradient, gradientScale: scale, progress)
    modules[name] = module
  }
}

/// What a step may change before it turns out to be a bad one.
struct StageSnapshot {
  private let objective: any Objective
  /// Kept only when an earlier turn may have moved something: a copy makes the update copy the weights.
  private let moved: (modules: ModuleSet, learners: [String: Learner])?

  init(of state: StageState, beforeTurns turns: [Turn]) {
    objective = state.objective
    moved = turns.count > 1 ? (state.modules, state.learners) : nil
  }

  func restore(_ state: inout StageState) {
    state.objective = objective
    if let moved { (state.modules, state.learners) = moved }
  }
}
