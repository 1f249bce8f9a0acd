import RefluxCore

/// How fast a stage is, from the time its steps took; evaluations and saving are left out.
struct Pace {
  private var steps = 0
  private var seconds = 0.0
  private var last: Double
  /// Tokens per second, weighted towards the latest steps.
  private(set) var tokensPerSecond = 0.0

  init(start: Double) { last = start }

  mutating func add(_ log: StepLog, at now: Double) {
    let took = max(now - last, 1e-9)
    last = now
    steps += 1
    seconds += took
    let rate = Double(log.tokens) / took
    let weight = min(1, max(0.05, took / 5))
    tokensPerSecond = steps == 1 ? rate : tokensPerSecond * (1 - weight) + rate * weight
  }

  /// The time since the last step is not the next one's.
  mutating func pause(until now: Double) { last = now }

  func secondsLeft(_ progress: Progress) -> Double? {
    steps > 0 ? seconds / Double(steps) * Double(max(progress.totalSteps - progress.step, 0)) : nil
  }
}
