import Foundation
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxTrain

/// The command itself, killed without warning.
@Suite struct KillTests {
  /// Writes a recipe that saves after every step, with its data, into a directory.
  private func prepare(in directory: String) throws -> String {
    for (name, count) in [("train", 64), ("validation", 16)] {
      let rows = (0..<count).map { index -> String in
        var random = RandomSource(seed: 3, name, index)
        let ids = (0..<4 + Int(random.next() % 6)).map { _ in JSON.integer(Int(5 + random.next() % 20)) }
        return JSON.object(JSONObject([("input_ids", .array(ids)), ("label", .string(index % 2 == 0 ? "a" : "b"))]))
          .text
      }
      try AtomicFile.write(rows.joined(separator: "\n") + "\n", to: "\(directory)/\(name).jsonl")
    }
    let recipe = """
      task: { type: text-classification, train: \(directory)/train.jsonl, validation: \(directory)/validation.jsonl }
      model: { type: bert, layers: 2, hidden_size: 16, heads: 2, vocabulary_size: 30, max_positions: 16 }
      method: dynsdpb
      train: { epochs: 4, save_every: 1, evaluate_every: 3, sampler: { type: carry-over, batch_size: 8 } }
      """
    try AtomicFile.write(recipe, to: "\(directory)/recipe.yaml")
    return "\(directory)/recipe.yaml"
  }

  /// Writes a recipe whose rounds sample solutions and train on them; kills hit both.
  private func prepareSelfTraining(in directory: String) throws -> String {
    try AtomicFile.write(SolutionRunTests.recipe(in: directory), to: "\(directory)/recipe.yaml")
    return "\(directory)/recipe.yaml"
  }

  /// More steps, so that there is time to do something meanwhile, and nothing between them.
  private static let long = [
    "train.epochs=8", "train.save_every=1000", "train.evaluate_every=1000", "train.evaluate_epochs=false", "--quiet",
    "--threads", "1",
  ]

  /// The moments are random and the machine's speed decides what they hit: loading, steps, saving, scoring, sampling.
  @Test(arguments: ["bert", "llama"]) func aKilledRunEndsWithTheSameBytes(_ kind: String) throws {
    try withTemporaryDirectory { directory in
      let recipe = try kind == "bert" ? prepare(in: directory) : prepareSelfTraining(in: directory)
      let begin = ContinuousClock.now
      let whole = try Program.start(["train", recipe, "--quiet", "--threads", "1", "--output", "\(directory)/whole"])
      whole.waitUntilExit()
      #expect(whole.terminationStatus == 0)
      let duration = begin.duration(to: .now) / .seconds(1)

      var random = RandomSource(seed: UInt64(getpid()), "kill")
      let path = "\(directory)/broken"
      var (kills, isDone) = (0, false)
      while !isDone {
        let resume = Directory.isTaken("\(path)/recipe.yaml") ? ["--resume"] : []
        let process = try Program.start(["train", recipe, "--quiet", "--threads", "1", "--output", path] + resume)
        if kills < 6 {
          Thread.sleep(forTimeInterval: duration * Double.random(in: 0.05...0.6, using: &random))
          if process.isRunning { kills += 1 }
          kill(process.processIdentifier, SIGKILL)
        }
        process.waitUntilExit()
        let hasEnded = process.terminationReason == .exit
        if hasEnded { #expect(process.terminationStatus == 0) }
        // One that is killed after its last act has nothing to resume.
        isDone = hasEnded || (try? RunDirectory(checking: path, .resume(from: "any")))?.isFinished == true
      }
      #expect(try Remains(path) == Remains("\(directory)/whole"))
      #expect(try Directory.files(below: path).filter { $0.contains(".tmp") && !$0.contains("stages.tmp") }.isEmpty)
      guard kind == "llama" else { return }
      for round in 1...2 {
        let table = "tables/round-\(round)--solutions.jsonl"
        #expect(try sha256(of: "\(path)/\(table)") == sha256(of: "\(directory)/whole/\(table)"))
      }
    }
  }

  @Test(arguments: [SIGINT, SIGTERM]) func aPoliteStopSavesAndGoesOn(_ signal: Int32) throws {
    try withTemporaryDirectory { directory in
      let arguments = try ["train", prepare(in: directory)] + Self.long
      let whole = try Program.start(arguments + ["--output", "\(directory)/whole"])

      let (path, errors) = ("\(directory)/stopped", Pipe())
      let process = try Program.start(arguments + ["--output", path], errors: errors)
      while process.isRunning, !Directory.isTaken("\(path)/metrics.jsonl") { Thread.sleep(forTimeInterval: 0.005) }
      kill(process.processIdentifier, signal)
      let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationReason == .exit && process.terminationStatus == 130)
      let newest = try #require(try RunDirectory(checking: path, .resume(from: nil)).checkpointSteps.last)
      #expect(text.hasSuffix("stopped after step \(newest); --resume goes on from \(path)/checkpoint-\(newest)\n"))

      let again = try Program.start(arguments + ["--output", path, "--resume"])
      again.waitUntilExit()
      whole.waitUntilExit()
      #expect(again.terminationStatus == 0 && whole.terminationStatus == 0)
      #expect(try Remains(path) == Remains("\(directory)/whole"))
    }
  }

  /// Both find the directory free; one gets it, the other says so and harms nothing.
  @Test func twoRunsAtTheSameMoment() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/run"
      let arguments = try ["train", prepare(in: directory)] + Self.long + ["--output", path]
      let errors = [Pipe(), Pipe()]
      let processes = try errors.map { try Program.start(arguments, errors: $0) }
      let texts = errors.map { String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) }
      for process in processes { process.waitUntilExit() }
      let codes = processes.map(\.terminationStatus)
      #expect(codes.sorted() == [0, 1])
      let loser = texts[codes.firstIndex(of: 1) ?? 0]
      #expect(
        loser
          == "error: \(path) is in use: another run is going on there; wait until it ends, or choose another directory\n"
      )
      #expect(try Directory.names(in: directory).filter { $0.hasPrefix("run") } == ["run"])
      let alone = try Program.start(arguments.dropLast() + ["\(directory)/alone"])
      alone.waitUntilExit()
      #expect(try Remains(path) == Remains("\(directory)/alone"))
    }
  }

  /// A limit on the size of files stands in for a full disk.
  @Test func aFullDiskIsSaidAndLosesNothing() throws {
    try withTemporaryDirectory { directory in
      let recipe = try prepare(in: directory)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      let path = "\(directory)/run"
      // In blocks of 1024 bytes: room for the logs, none for the weights.
      process.arguments = [
        "-c",
        "trap '' XFSZ; ulimit -f 8; exec '\(Program.path)' train '\(recipe)' --quiet --threads 1 --output '\(path)'",
      ]
      let errors = Pipe()
      (process.standardOutput, process.standardError) = (FileHandle.nullDevice, errors)
      try process.run()
      let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 1)
      let file = "\(path)/checkpoint-1.tmp/model.safetensors"
      #expect(text == "error: checkpoint-1 cannot be saved: \(file): cannot be written: File too large\n")
      #expect(try Directory.names(in: path) == ["metrics.jsonl", "predictions", "recipe.yaml", "stages"])

      let again = try Program.start(["train", recipe, "--quiet", "--threads", "1", "--output", path, "--resume"])
      again.waitUntilExit()
      #expect(again.terminationStatus == 0)
    }
  }
}
