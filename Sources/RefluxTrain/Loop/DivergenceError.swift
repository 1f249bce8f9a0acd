import RefluxCore

/// Training met a loss or a gradient that is no number; nothing of that step was applied.
struct DivergenceError: Error {
  /// What is wrong: `the loss is nan`.
  let what: String
  /// As it was before the step.
  let progress: Progress
  /// Counted from 1.
  var step: Int { progress.step + 1 }

  init(_ failure: NotFinite, progress: Progress) { (what, self.progress) = (failure.what, progress) }
}

/// A value that had to be finite.
struct NotFinite: Error {
  let what: String
  init(_ name: String, _ value: Double) { what = "\(name) is \(value)" }
}

extension StepLog {
  func requireFiniteLoss(of turn: Turn) throws {
    let name = turn.name == ModelRole.student ? "loss" : "\(turn.name).loss"
    guard let loss = self[name], loss.isFinite else {
      throw NotFinite(
        "the loss" + (turn.name == ModelRole.student ? "" : " of turn '\(turn.name)'"), self[name] ?? .nan)
    }
  }
}
