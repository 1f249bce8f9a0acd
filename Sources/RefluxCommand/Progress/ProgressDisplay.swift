import RefluxCore

/// Shows how a run is getting on: a bar on a terminal, a line now and then elsewhere.
final class ProgressDisplay: Observer {
  private let status: StatusLine
  private let isQuiet: Bool
  private var pace: Pace?
  /// The generation at hand: when it began or went on, and how many texts were done then.
  private var generation: (stage: String, began: Double, doneBefore: Int)?

  /// A quiet display shows notes and scores only.
  init(on terminal: Terminal, quiet: Bool = false) { (status, isQuiet) = (StatusLine(on: terminal), quiet) }

  func observe(_ event: RunEvent) throws -> Verdict {
    switch event {
    case .note(let text):
      line("note: \(text)")
    case .tokenizing(let name, let done, let total):
      guard status.terminal.isInteractive else { break }
      draw(isDue(last: false)) { _ in CountLine("tokenizing \(name)", done, of: total) }
      if done == total { clear() }
    case .stageBegan(let stage, let progress):
      pace = Pace(start: status.terminal.now())
      status.expedite()
      let resumed = progress.step > 0 ? ", goes on after step \(progress.step)" : ""
      if !isQuiet { line("\(stage): \(count(progress.totalSteps, "step"))\(resumed)") }
    case .step(let stage, let progress, let log):
      pace?.add(log, at: status.terminal.now())
      draw(isDue(last: progress.step == progress.totalSteps)) { StepLine(stage, progress, log, $0) }
    case .evaluating(let stage, let split, let done, let total):
      guard status.terminal.isInteractive else { break }
      draw(isDue(last: false)) { _ in CountLine("\(stage), \(split.rawValue)", done, of: total) }
    case .generating(let stage, let done, let total, let tokens):
      let now = status.terminal.now()
      if generation?.stage != stage {
        generation = (stage, now, done)
        status.expedite()
      }
      guard let (_, began, doneBefore) = generation else { break }
      draw(isDue(last: done == total)) { _ in
        GenerationLine(stage, done, of: total, tokens: tokens, seconds: now - began, doneBefore: doneBefore)
      }
      if done == total { clear() }
    case .evaluated(let stage, let split, let scores):
      line(
        "\(stage), \(split.rawValue): " + scores.map { "\($0.name) \(decimals($0.value, 4))" }.joined(separator: ", "))
      pace?.pause(until: status.terminal.now())
    case .recorded(let stage, let values):
      line("\(stage): " + values.map { "\($0.name) \(short($0.value))" }.joined(separator: ", "))
    case .saved(let directory):
      if !isQuiet { line("saved \(directory)") }
      pace?.pause(until: status.terminal.now())
    case .stageEnded:
      clear()
      pace = nil
    }
    return .carryOn
  }

  /// Takes the bar away, so that what is written next stands on a line of its own.
  func clear() { status.clear() }

  private func line(_ text: String) { status.write(text) }

  private func isDue(last: Bool) -> Bool { !isQuiet && status.isDue(last: last) }

  private func draw(_ isDue: Bool, _ make: (Pace?) -> any ProgressLine) {
    if isDue { status.draw(make(pace)) }
  }
}

/// `1 step`, `2 steps`.
func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
