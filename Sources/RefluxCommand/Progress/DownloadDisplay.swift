import RefluxHub

/// Shows what is being fetched: a bar on a terminal, a line now and then elsewhere.
final class DownloadDisplay {
  private let status: StatusLine
  private let isQuiet: Bool
  /// The file at hand, and when and where it began.
  private var began: (file: String, time: Double, bytes: Int)?

  /// A quiet display shows notes only.
  init(on terminal: Terminal, quiet: Bool = false) { (status, isQuiet) = (StatusLine(on: terminal), quiet) }

  func observe(_ event: HubEvent) {
    switch event {
    case .note(let text): status.write("note: \(text)")
    case .loading(let file, let done, let total):
      if began?.file != file {
        began = (file, status.terminal.now(), done)
        // What is done at once needs no bar.
        _ = status.isDue(last: true)
      }
      guard !isQuiet, status.isDue(last: false) else { return }
      let seconds = status.terminal.now() - (began?.time ?? 0)
      let speed = seconds > 1 ? Double(done - (began?.bytes ?? 0)) / seconds : nil
      status.draw(DownloadLine(file, done, of: total, bytesPerSecond: speed))
    case .loaded(let file, let bytes):
      began = nil
      status.clear()
      if !isQuiet { status.write("fetched \(file), \(amount(Double(bytes)))") }
    }
  }

  func clear() { status.clear() }
}

/// Bytes of a file.
struct DownloadLine: ProgressLine {
  let name: String
  let fraction: Double
  let facts: [String]
  var plain: String { "\(name): " + facts.joined(separator: ", ") }

  init(_ name: String, _ done: Int, of total: Int?, bytesPerSecond speed: Double?) {
    self.name = name
    fraction = total.map { $0 > 0 ? min(1, Double(done) / Double($0)) : 1 } ?? 0
    let rate = speed.map { "\(amount($0))/s" }
    let left = total.flatMap { total in speed.map { "\(duration(Double(max(total - done, 0)) / max($0, 1))) left" } }
    facts =
      [total.map { "\(amount(Double(done))) of \(amount(Double($0)))" } ?? amount(Double(done))]
      + [left, rate].compactMap { $0 }
  }
}

/// `0.6 kB`, `437.9 MB`, `1.25 GB`.
func amount(_ bytes: Double) -> String {
  switch bytes {
  case ..<1e6: "\(decimals(bytes / 1e3, 1)) kB"
  case ..<1e9: "\(decimals(bytes / 1e6, 1)) MB"
  default: "\(decimals(bytes / 1e9, 2)) GB"
  }
}
