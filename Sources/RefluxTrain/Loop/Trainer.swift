import RefluxCore

/// The training loop; there is one, and methods differ in their ``Objective``.
struct Trainer {
  let task: any Task
  let data: any Dataset
  let plan: TrainPlan
  let seed: UInt64
  let streams: BatchStreams
  var steps: StepSchedule
  var state: StageState

  /// Takes the steps that are left; `stepEnded` sees the state after each and may stop.
  mutating func run(_ stepEnded: (inout StageState, StepLog) throws -> Verdict) throws {
    while state.progress.step < state.progress.totalSteps {
      let begin = ContinuousClock.now
      var log = try step()
      log.seconds = begin.duration(to: .now) / .seconds(1)
      if try stepEnded(&state, log) == .stop { return }
    }
  }

  /// One optimizer step; one that goes wrong throws ``DivergenceError`` and leaves the state as it was.
  private mutating func step() throws -> StepLog {
    let planned = try steps.step(state.progress.step)
    state.progress.epoch = planned.epoch
    let batches = try StepBatches(planned.batches, from: data).batches
    let turns = state.objective.turns(state.progress)
    let before = StageSnapshot(of: state, beforeTurns: turns)
    var log = StepLog()
    for batch in batches { log.add(batch) }

    do {
      for turn in turns {
        // Gather the gradient of every batch and pass of this turn …
        var gradients = GradientSums()
        for batch in batches {
          for pass in 0..<turn.passes {
            let (modules, forward) = (state.modules, forwardPass(turn.at(pass)))
            let (report, part) = try modules.valueAndGradient(of: turn.trains) { tracked in
              var step = StepContext(tracked, task, state.progress, forward, streams)
              let report = try state.objective.loss(turn.at(pass), batch, &step)
              return (report.total, report.detached)
            }
            gradients.add(part)
            log.add(report, of: turn)
          }
        }
        // … then move the modules whose turn it is, once all of it is known to be sound.
        try log.requireFiniteLoss(of: turn)
        let moves = try turn.trains.map { name in try move(of: name, along: gradients[name], in: turn, &log) }
        for move in moves { state.update(move.name, of: move.owner, along: gradients[move.name], scale: move.scale) }
      }
    } catch let failure as NotFinite {
      before.restore(&state)
      throw DivergenceError(failure, progress: state.progress)
    }

    try state.objective.stepEnded(state.progress)
    state.progress.step += 1
    return log
  }

  /// Who moves a module and by how much its gradient is clipped; throws if the gradient is not finite.
  private func move(
    of name: String, along gradient: Parameters, in turn: Turn, _ log: inout StepLog
  ) throws -> (name: String, owner: String, scale: Float) {
    let owner = try state.owner(of: name, in: turn)
    let squares = gradient.sumsOfSquares
    let norm = squares.reduce(0) { $0 + $1.value }.squareRoot()
    log.add(gradientNorm: norm, learningRate: state.learningRate(of: owner), of: name)
    if plan.logsLayerGradients { log.add(layersOf: squares, of: name) }
    guard norm.isFinite else { throw NotFinite("the gradient of '\(name)'", norm) }
    let scale = plan.clipNorm.map { min(1, Double($0) / (norm + 1e-6)) } ?? 1
    return (name, owner, Float(scale))
  }

  /// Every batch of a step drops the same elements: rows carry their number within the step.
  private func forwardPass(_ turn: Turn) -> ForwardPass {
    let stream = "dropout, turn \(turn.name), pass \(turn.pass)"
    return ForwardPass(training: true, random: RandomSource(seed: seed, stream, state.progress.step))
  }
}
