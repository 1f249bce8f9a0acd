/// The last line of a terminal, which is drawn again and again, and the lines above it, which stay.
final class StatusLine {
  let terminal: Terminal
  private var lastDrawn = -Double.infinity
  /// Whether an unfinished bar stands on the terminal's last line.
  private var hasBar = false

  init(on terminal: Terminal) { self.terminal = terminal }

  /// Seconds between two drawings of the bar, and between two plain lines.
  private var interval: Double { terminal.isInteractive ? 0.1 : 10 }

  /// Whether it is time to draw again; if it is, that time begins anew.
  func isDue(last: Bool) -> Bool {
    guard last || terminal.now() - lastDrawn >= interval else { return false }
    lastDrawn = terminal.now()
    return true
  }

  /// The next drawing is due at once.
  func expedite() { lastDrawn = -.infinity }

  /// Shows a bar on a terminal, a plain line elsewhere.
  func draw(_ line: any ProgressLine) {
    guard terminal.isInteractive else { return terminal.write(line.plain + "\n") }
    terminal.write("\r" + line.fitted(to: terminal.width() - 1, colour: terminal.hasColour) + "\u{1B}[K")
    hasBar = true
  }

  /// Writes a line that stays.
  func write(_ text: String) {
    clear()
    terminal.write(text + "\n")
  }

  /// Takes the bar away, so that what is written next stands on a line of its own.
  func clear() {
    if hasBar { terminal.write("\r\u{1B}[K") }
    hasBar = false
  }
}
