import RefluxCore
import Synchronization
import Testing

@testable import reflux

/// A terminal that only remembers; time stands still until it is told to go on.
private final class FakeTerminal {
  var text = ""
  var time = 0.0
  var columns = 80

  func make(interactive: Bool, colour: Bool = false) -> Terminal {
    Terminal(
      isInteractive: interactive, hasColour: colour, width: { self.columns }, write: { self.text += $0 },
      now: { self.time })
  }
}

private func step(tokens: Int, loss: Float, _ parts: (String, Float)...) -> StepLog {
  var log = StepLog()
  log.add(
    Batch(
      [ExampleID(0)], input: TokenBlock(ids: Array(repeating: 1, count: tokens), rows: RowOffsets(lengths: [tokens]))))
  var report = LossReport("ce", Tensor(parts.first?.1 ?? loss))
  for part in parts.dropFirst() { report.add(part.0, Tensor(part.1)) }
  log.add(report, of: Turn("student"))
  return log
}

@Suite struct ProgressTests {
  private func progress(_ step: Int, of total: Int) -> Progress {
    var progress = Progress(totalSteps: total)
    progress.step = step
    return progress
  }

  @Test func textsAreCounted() throws {
    let fake = FakeTerminal()
    let display = ProgressDisplay(on: fake.make(interactive: false))
    for step in 0...60 {
      _ = try display.observe(.generating(stage: "round 1: samples", done: step / 20 * 8, total: 24, tokens: step * 8))
      fake.time += 0.5
    }
    #expect(
      fake.text == """
        round 1: samples: 0/24
        round 1: samples: 8/24, 16 tokens/s, 0:20 left
        round 1: samples: 16/24, 16 tokens/s, 0:10 left
        round 1: samples: 24/24, 16 tokens/s

        """)
  }

  @Test func plainLinesComeNowAndThen() throws {
    let fake = FakeTerminal()
    let display = ProgressDisplay(on: fake.make(interactive: false))
    _ = try display.observe(.stageBegan("train", progress(0, of: 100)))
    for number in 1...100 {
      fake.time += 0.5
      _ = try display.observe(
        .step(stage: "train", progress(number, of: 100), step(tokens: 1000, loss: 1.5, ("ce", 1.25), ("lmbc", 0.25))))
    }
    _ = try display.observe(
      .evaluated(stage: "train", "validation", scores: [("accuracy", 0.75), ("matthews_correlation", 0.5)]))
    _ = try display.observe(.stageEnded("train"))
    #expect(
      fake.text == """
        train: 100 steps
        train: step 1/100, loss 1.5000, ce 1.2500, lmbc 0.2500, 2 000 tokens/s, 0:50 left
        train: step 21/100, loss 1.5000, ce 1.2500, lmbc 0.2500, 2 000 tokens/s, 0:40 left
        train: step 41/100, loss 1.5000, ce 1.2500, lmbc 0.2500, 2 000 tokens/s, 0:30 left
        train: step 61/100, loss 1.5000, ce 1.2500, lmbc 0.2500, 2 000 tokens/s, 0:20 left
        train: step 81/100, loss 1.5000, ce 1.2500, lmbc 0.2500, 2 000 tokens/s, 0:10 left
        train: step 100/100, loss 1.5000, ce 1.2500, lmbc 0.2500, 2 000 tokens/s, 0:00 left
        train, validation: accuracy 0.7500, matthews_correlation 0.5000

        """)
  }

  @Test(arguments: [
    (
      120,
      "train ███████████████░░░░░░░░░░░░░░░ 50%  50/100  loss 1.5000  ce 1.2500  lmbc 0.2500  0:25 left  2 000 tokens/s"
    ),
    (80, "train ██████░░░░░░░ 50%  50/100  loss 1.5000  ce 1.2500  lmbc 0.2500  0:25 left"),
    (60, "train 50%  50/100  loss 1.5000  ce 1.2500  lmbc 0.2500"),
    (41, "train ████░░░░░ 50%  50/100  loss 1.5000"),
    (10, "train 50%"),
    (4, "tra"),
  ])
  func barsFitTheWidth(_ columns: Int, _ wanted: String) throws {
    let fake = FakeTerminal()
    fake.columns = columns
    let display = ProgressDisplay(on: fake.make(interactive: true))
    _ = try display.observe(.stageBegan("train", progress(49, of: 100)))
    fake.text = ""
    fake.time = 0.5
    _ = try display.observe(
      .step(stage: "train", progress(50, of: 100), step(tokens: 1000, loss: 1.5, ("ce", 1.25), ("lmbc", 0.25))))
    let line = fake.text.replacing("\r", with: "").replacing("\u{1B}[K", with: "")
    #expect(line.count < columns)
    #expect(line.hasPrefix("train".prefix(columns - 1)))
    #expect(line == wanted)
  }

  @Test func barsAreDrawnAtMostTenTimesASecond() throws {
    let fake = FakeTerminal()
    let display = ProgressDisplay(on: fake.make(interactive: true))
    _ = try display.observe(.stageBegan("train", progress(0, of: 1000)))
    fake.text = ""
    for number in 1...500 {
      fake.time += 0.01
      _ = try display.observe(.step(stage: "train", progress(number, of: 1000), step(tokens: 10, loss: 1)))
    }
    let drawn = fake.text.count { $0 == "\r" }
    #expect((40...51).contains(drawn))
    // What is said next stands on a line of its own.
    _ = try display.observe(.note("x"))
    #expect(fake.text.hasSuffix("\r\u{1B}[Knote: x\n"))
  }

  @Test func coloursOnlyWhereTheyAreWelcome() throws {
    for colour in [true, false] {
      let fake = FakeTerminal()
      let display = ProgressDisplay(on: fake.make(interactive: true, colour: colour))
      _ = try display.observe(.stageBegan("train", progress(0, of: 10)))
      _ = try display.observe(.step(stage: "train", progress(1, of: 10), step(tokens: 10, loss: 1)))
      #expect(fake.text.contains("\u{1B}[36m") == colour)
    }
    #expect(!Terminal.standardError(["NO_COLOR": "1", "TERM": "xterm"]).hasColour)
    #expect(!Terminal.standardError(["TERM": "dumb"]).isInteractive)
  }

  @Test func quietShowsScoresOnly() throws {
    let fake = FakeTerminal()
    let display = ProgressDisplay(on: fake.make(interactive: true), quiet: true)
    _ = try display.observe(.stageBegan("train", progress(0, of: 10)))
    _ = try display.observe(.step(stage: "train", progress(1, of: 10), step(tokens: 10, loss: 1)))
    _ = try display.observe(.evaluated(stage: "train", "validation", scores: [("accuracy", 1)]))
    #expect(fake.text == "train, validation: accuracy 1.0000\n")
  }

  @Test func numbers() {
    #expect([0, 999, 1000, 1234567].map { grouped($0) } == ["0", "999", "1 000", "1 234 567"])
    #expect([0, 59.6, 3600, 11227].map { duration($0) } == ["0:00", "1:00", "1:00:00", "3:07:07"])
    #expect(grouped(.infinity) == "?" && duration(.nan) == "?")
    #expect([-4e-8, -0.5, 0.00005, -0.0].map { decimals($0, 4) } == ["0.0000", "-0.5000", "0.0001", "0.0000"])
    #expect(decimals(-.infinity, 4) == "-inf" && short(-0.0) == "0" && short(-12) == "-12")
    #expect(columns([["a", "bb"], ["ccc", "d"]]) == "a    bb\nccc   d")
  }
}
