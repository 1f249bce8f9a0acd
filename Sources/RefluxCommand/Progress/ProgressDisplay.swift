import RefluxCore

/// Shows how a run is getting on: a bar on a terminal, a line now and then elsewhere.
final class ProgressDisplay: Observer {
  private let terminal: Terminal
  private let isQuiet: Bool
  private var pace: Pace?
  private var lastDrawn = -Double.infinity
  /// Whether an unfinished bar stands on the terminal's last line.
  private var hasBar = false

  /// Seconds between two drawings of the bar, and between two plain lines.
  private var interval: Double { terminal.isInteractive ? 0.1 : 10 }

  /// A quiet display shows notes and scores only.
  init(on terminal: Terminal, quiet: Bool = false) { (self.terminal, isQuiet) = (terminal, quiet) }

  func observe(_ event: RunEvent) throws -> Verdict {
    switch event {
    case .note(let text):
      line("note: \(text)")
    case .stageBegan(let stage, let progress):
      pace = Pace(start: terminal.now(), step: progress.step)
      lastDrawn = -.infinity
      let resumed = progress.step > 0 ? ", goes on after step \(progress.step)" : ""
      if !isQuiet { line("\(stage): \(count(progress.totalSteps, "step"))\(resumed)") }
    case .step(let stage, let progress, let log):
      pace?.add(log, at: terminal.now())
      draw(isDue(last: progress.step == progress.totalSteps)) { StepLine(stage, progress, log, $0) }
    case .evaluating(let stage, let split, let done, let total):
      guard terminal.isInteractive else { break }
      draw(isDue(last: false)) { _ in CountLine("\(stage), \(split.rawValue)", done, of: total) }
    case .evaluated(let stage, let split, let scores):
      line(
        "\(stage), \(split.rawValue): " + scores.map { "\($0.name) \(decimals($0.value, 4))" }.joined(separator: ", "))
      pace?.pause(until: terminal.now())
    case .recorded(let stage, let values):
      line("\(stage): " + values.map { "\($0.name) \(short($0.value))" }.joined(separator: ", "))
    case .saved(let directory):
      if !isQuiet { line("saved \(directory)") }
      pace?.pause(until: terminal.now())
    case .stageEnded:
      clear()
      pace = nil
    }
    return .carryOn
  }

  /// Takes the bar away, so that what is written next stands on a line of its own.
  func clear() {
    if hasBar { terminal.write("\r\u{1B}[K") }
    hasBar = false
  }

  private func line(_ text: String) {
    clear()
    terminal.write(text + "\n")
  }

  private func isDue(last: Bool) -> Bool {
    guard !isQuiet, last || terminal.now() - lastDrawn >= interval else { return false }
    lastDrawn = terminal.now()
    return true
  }

  private func draw(_ isDue: Bool, _ make: (Pace?) -> any ProgressLine) {
    guard isDue else { return }
    let made = make(pace)
    guard terminal.isInteractive else { return terminal.write(made.plain + "\n") }
    terminal.write("\r" + made.fitted(to: terminal.width() - 1, colour: terminal.hasColour) + "\u{1B}[K")
    hasBar = true
  }
}

/// `1 step`, `2 steps`.
func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
