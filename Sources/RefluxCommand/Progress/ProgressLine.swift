import RefluxCore

/// One state of the display, as a bar and as a plain line.
protocol ProgressLine {
  var name: String { get }
  var fraction: Double { get }
  /// What is said beside the bar, the most important first; the last are left out where there is no room.
  var facts: [String] { get }
  var plain: String { get }
}

extension ProgressLine {
  private static var widestBar: Int { 30 }
  private static var narrowestBar: Int { 8 }

  /// Name, bar and as many facts as fit into `width` columns.
  func fitted(to width: Int, colour: Bool) -> String {
    let percent = "\(Int((fraction * 100).rounded(.down)))%"
    var text = ""
    for fact in [percent] + facts {
      guard name.count + text.count + (text.isEmpty ? 1 : 2) + fact.count <= width else { break }
      text += (text.isEmpty ? " " : "  ") + fact
    }
    let room = width - name.count - text.count - 1
    var bar = ""
    if room >= Self.narrowestBar {
      let cells = min(room, Self.widestBar)
      let filled = min(cells, Int((fraction * Double(cells)).rounded(.down)))
      let (done, left) = (String(repeating: "█", count: filled), String(repeating: "░", count: cells - filled))
      bar = " " + (colour ? "\u{1B}[36m\(done)\u{1B}[2m\(left)\u{1B}[0m" : done + left)
    }
    return String(name.prefix(max(width, 0))) + bar + text
  }
}

/// A training step.
struct StepLine: ProgressLine {
  let name: String
  let fraction: Double
  let facts: [String]
  let plain: String

  init(_ stage: String, _ progress: Progress, _ log: StepLog, _ pace: Pace?) {
    name = stage
    fraction = Double(progress.step) / Double(max(progress.totalSteps, 1))
    let losses = Self.losses(log).map { "\($0.name) \(decimals($0.value, 4))" }
    let speed = pace.map { "\(grouped($0.tokensPerSecond)) tokens/s" }
    let left = pace?.secondsLeft(progress).map { "\(duration($0)) left" }
    let steps = "\(progress.step)/\(progress.totalSteps)"
    facts = [steps] + losses + [left, speed].compactMap { $0 }
    plain =
      "\(stage): " + (["step \(steps)"] + losses + [speed, left].compactMap { $0 }).joined(separator: ", ")
  }

  /// The whole loss, and the task's and the distillation's part of it where there are two.
  private static func losses(_ log: StepLog) -> [(name: String, value: Double)] {
    let numbers = log.numbers.prefix(3)
    return numbers.count == 3 ? Array(numbers) : Array(numbers.prefix(1))
  }
}

/// Something that is counted.
struct CountLine: ProgressLine {
  let name: String
  let fraction: Double
  let facts: [String]
  let plain: String

  init(_ name: String, _ done: Int, of total: Int) {
    self.name = name
    fraction = Double(done) / Double(max(total, 1))
    facts = ["\(done)/\(total)"]
    plain = "\(name): \(done)/\(total)"
  }
}

/// Texts that are written, batch by batch.
struct GenerationLine: ProgressLine {
  let name: String
  let fraction: Double
  let facts: [String]
  let plain: String

  /// `tokens` and `seconds` are those of this sitting, which began when `doneBefore` texts were done.
  init(_ name: String, _ done: Int, of total: Int, tokens: Int, seconds: Double, doneBefore: Int) {
    self.name = name
    fraction = Double(done) / Double(max(total, 1))
    let speed = seconds > 0 ? "\(grouped(Double(tokens) / seconds)) tokens/s" : nil
    let left =
      done > doneBefore && done < total
      ? "\(duration(seconds / Double(done - doneBefore) * Double(total - done))) left" : nil
    facts = ["\(done)/\(total)"] + [left, speed].compactMap { $0 }
    plain = "\(name): " + ([facts[0]] + [speed, left].compactMap { $0 }).joined(separator: ", ")
  }
}
