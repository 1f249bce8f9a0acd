import RefluxCore
import RefluxIO
import RefluxText

/// One training stage of a run: the loop, and after each step logging, scoring, saving and stopping.
struct StageRun {
  let run: Run
  let action: Action
  let plan: TrainPlan
  private let seed: UInt64
  private let streams: BatchStreams
  var position: StagePosition
  var history: TrainerHistory
  private var lastSave = ContinuousClock.now

  /// Trains, or reads back what a finished stage left; the modules end up in the run.
  static func carryOut(_ plan: TrainPlan, as action: Action, in run: Run) throws -> any Objective {
    var stage = StageRun(plan, action, run)
    var trainer = try stage.makeTrainer()
    // The stage alone holds the weights now, so that they are moved in place.
    run.modules = ModuleSet()
    if action.isFinished {
      try Manifest.verifyStage(action.path)
      try stage.restore(&trainer.state, from: Checkpoint(path: action.path))
    } else {
      try stage.resume(&trainer.state)
      try stage.train(&trainer)
      try stage.finish(&trainer.state)
    }
    run.modules = trainer.state.modules
    run.results.record(
      stage.position, seconds: stage.history.seconds, tokens: stage.history.tokens,
      trainerState: stage.trainerState(trainer.state), steps: trainer.state.progress.step)
    return trainer.state.objective
  }

  private init(_ plan: TrainPlan, _ action: Action, _ run: Run) {
    (self.run, self.action, self.plan) = (run, action, plan)
    var random = RandomSource(seed: run.seed, "stage \(action.name)")
    seed = random.next()
    let batches = StreamedBatches(plan, seed: seed, run.dataset)
    streams = BatchStreams(batches.batch)
    position = StagePosition(stage: action.name, action: action.number, stepsBefore: run.results.steps)
    history = TrainerHistory()
  }

  private func makeTrainer() throws -> Trainer {
    let data = try plan.data ?? run.dataset(.train)
    let name = plan.data == nil ? "the train split" : "the data of stage '\(action.name)'"
    let steps = try StepSchedule(plan, data: data, named: name, seed: seed)
    var objective = plan.objective
    var stage = StageContext(
      modules: run.modules, task: run.task, data: data, seed: seed,
      tokenizer: { try? TokenizerLoader().loadIfPresent($0) })
    try objective.prepare(&stage)
    let state = StageState(
      modules: stage.modules, objective: objective, learners: plan.learners,
      progress: steps.progress(maxSteps: plan.maxSteps))
    return Trainer(
      task: run.task, data: data, plan: plan, seed: seed, streams: streams, steps: steps, state: state)
  }

  // MARK: - The loop and what happens after each step

  private mutating func train(_ trainer: inout Trainer) throws {
    try checkEvaluation()
    for text in idleOptions(of: trainer.state) { try run.notifyOnce(.note(text)) }
    try run.notify(.stageBegan(action.name, trainer.state.progress))
    // A run that was stopped while it was scored goes on with that.
    if trainer.state.progress.step > 0, isEvaluationDue(trainer.state) { try settle(&trainer.state) }
    guard !position.isStopped else { return }
    do {
      try trainer.run { state, log in
        try write(log, state.progress)
        try run.notify(.step(stage: action.name, state.progress, log))
        try settle(&state)
        return position.isStopped ? .stop : .carryOn
      }
    } catch let failure as DivergenceError {
      throw try saved(failure, trainer.state)
    }
  }

  /// Scores, saves and stops, as far as each is due after a step.
  private mutating func settle(_ state: inout StageState) throws {
    if isEvaluationDue(state) { try evaluateOrSave(state) }
    position.isStopped = run.takeVerdict() == .stop
    let isBest = keepsBest && position.best?.step == state.progress.step
    if isBest || isSaveDue(state.progress) { try save(state) }
    if run.setup.interruption.isWanted { throw try interrupted(state) }
  }

  var keepsBest: Bool { plan.evaluation.loadsBest || plan.checkpoints.every != nil }

  func head(_ progress: Progress) -> [(String, JSON)] {
    [
      ("stage", .string(action.name)), ("step", .integer(progress.step)), ("epoch", .number(progress.fractionalEpoch)),
    ]
  }

  private mutating func write(_ log: StepLog, _ progress: Progress) throws {
    try run.metrics.write(JSONObject(head(progress) + log.fields))
    history.add(log, progress, stepsBefore: position.stepsBefore)
  }

  // MARK: - Saving and going on

  private func isSaveDue(_ progress: Progress) -> Bool {
    switch plan.checkpoints.every {
    case .steps(let steps)?: progress.step.isMultiple(of: steps)
    case .seconds(let seconds)?: lastSave.duration(to: .now) >= .seconds(seconds)
    case nil: false
    }
  }

  private mutating func save(_ state: StageState) throws {
    let step = position.stepsBefore + state.progress.step
    let path = run.directory.checkpoint(step)
    do {
      try write(state, to: path)
    } catch let error as FileError {
      throw RunError("\(RunDirectory.checkpointName(step)) cannot be saved: \(error)\(try lastCheckpoint)")
    }
    let best = position.best.map { position.stepsBefore + $0.step }
    try run.directory.removeCheckpoints(keeping: plan.checkpoints.keep, best: best)
    lastSave = .now
    try run.notify(.saved(directory: path))
  }

  /// What a run that cannot go on can be resumed from.
  private var lastCheckpoint: String {
    get throws {
      let last = try run.directory.checkpointSteps.last.map(RunDirectory.checkpointName)
      return last.map { "; the last complete checkpoint is \($0)" } ?? ""
    }
  }

  private mutating func write(_ state: StageState, to path: String, optimizers: Bool = true) throws {
    try run.metrics.sync()
    position.metricsBytes = run.metrics.bytes
    try Checkpoint.write(
      state, position, optimizers: optimizers, streams: streams,
      observers: run.observers.map { $0.state() }.filter { !$0.isNothing }, seed: seed,
      trainerState: trainerState(state), tokenizer: run.tokenizer, to: path)
  }

  private func trainerState(_ state: StageState) -> JSON {
    history.json(state.progress, position, plan, in: run.directory)
  }

  private mutating func resume(_ state: inout StageState) throws {
    if let checkpoint = try run.takeCheckpoint(for: action) { try restore(&state, from: checkpoint) }
    try run.directory.removeCheckpoints(after: position.stepsBefore + state.progress.step)
  }

  private mutating func restore(_ state: inout StageState, from checkpoint: Checkpoint) throws {
    position = try checkpoint.position
    history = try TrainerHistory(checkpoint.trainerState, in: checkpoint.path)
    try checkpoint.restore(&state, streams: streams, observers: &run.observers, seed: seed, on: run.setup.backend)
    try run.metrics.rewind(to: position.metricsBytes)
  }

  /// Ends the stage: the best weights if they are wanted, scores, and the stage's result on disk.
  private mutating func finish(_ state: inout StageState) throws {
    if plan.evaluation.loadsBest, let best = position.best, best.step != state.progress.step {
      let path = run.directory.checkpoint(position.stepsBefore + best.step)
      try Checkpoint(verifying: path).restoreWeights(&state, on: run.setup.backend)
      try evaluateAgain(state, step: best.step)
    } else if position.evaluated?.step != state.progress.step {
      try evaluateOrSave(state, isFinal: true)
    } else if asksAtEnd {
      try evaluateAgain(state, step: state.progress.step)
    }
    do { try write(state, to: action.path, optimizers: false) } catch let error as FileError {
      throw RunError("the result of stage '\(action.name)' cannot be saved: \(error)\(try lastCheckpoint)")
    }
    try run.notify(.stageEnded(action.name))
  }

  mutating func interrupted(_ state: StageState) throws -> Interrupted {
    try save(state)
    let step = position.stepsBefore + state.progress.step
    let path = run.directory.checkpoint(step)
    return Interrupted(description: "stopped after step \(step); --resume goes on from \(path)")
  }

  private mutating func saved(_ failure: DivergenceError, _ state: StageState) throws -> RunError {
    let (step, stage) = (failure.step, action.name)
    guard state.progress.step > 0 else {
      return RunError("\(failure.what) at step \(step) of stage '\(stage)', the first: nothing was learned")
    }
    try save(state)
    let path = run.directory.checkpoint(position.stepsBefore + state.progress.step)
    return RunError(
      """
      \(failure.what) at step \(step) of stage '\(stage)': nothing of that step was applied; the weights after step \
      \(state.progress.step) are in \(path)
      """)
  }
}
