import RefluxCore

extension StageRun {
  /// Options that can do nothing in this stage, each with the reason.
  func idleOptions(of state: StageState) -> [String] {
    let (steps, evaluation) = (state.progress.totalSteps, plan.evaluation)
    let isScored = !run.task.evaluationSplits.isEmpty
    var texts: [String] = []
    if let climb = state.learners.values.map({ $0.schedule.warmup(of: steps) }).max(), climb > steps {
      texts.append(
        "the learning rate climbs for \(climb) steps, and there are \(steps): it never gets to its peak; lower warmup_steps"
      )
    }
    if case .steps(let every)? = plan.checkpoints.every, every > steps {
      texts.append("save_every is \(every), and there are \(steps) steps: no checkpoint is saved before the end")
    }
    if isScored, let every = evaluation.everySteps, every > steps {
      let occasion = evaluation.everyEpoch ? "after each epoch" : "at the end"
      texts.append("evaluate_every is \(every), and there are \(steps) steps: the model is scored \(occasion)")
    }
    let useless = [("evaluate_every", evaluation.everySteps != nil), ("best_metric", evaluation.bestScore != nil)]
      .filter(\.1).map(\.0)
    if !isScored, !useless.isEmpty {
      texts.append(
        "the task has nothing to score on, so \(useless.joined(separator: " and ")) can do nothing; add a validation split "
          + "to it")
    }
    return texts
  }
}
