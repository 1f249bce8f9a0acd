import Foundation
import RefluxTesting
import Testing

@testable import reflux

/// The built program and a hub on loopback.
@Suite struct DownloadTests {
  private static let files: [String: [UInt8]] = [
    "config.json": Array("{}".utf8), "model.safetensors": (0..<500_000).map { UInt8(truncatingIfNeeded: $0 / 3) },
  ]
  private static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appendingPathComponent("reflux")

  private struct Running {
    let process = Process()
    let output = Pipe()
    let errors = Pipe()

    init(_ arguments: [String], _ environment: [String: String]) throws {
      process.executableURL = DownloadTests.program
      process.arguments = arguments
      process.environment = ["PATH": "/usr/bin:/bin", "HOME": "/nowhere"].merging(environment) { $1 }
      (process.standardOutput, process.standardError) = (output, errors)
      try process.run()
    }

    func wait() -> (code: Int32, output: String, errors: String) {
      let printed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      let complaints = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return (process.terminationStatus, printed, complaints)
    }
  }

  @Test func twoProgramsFetchOnce() throws {
    try withTemporaryDirectory { cache in
      let hub = LoopbackHub(Self.files)
      // The first request for the weights takes a while, so that the second program meets the lock.
      hub.change {
        $0.fault = { request, _ in
          if request.path.hasPrefix("/store/") { Thread.sleep(forTimeInterval: 1) }
          return nil
        }
      }
      let environment = ["HF_HUB_CACHE": cache, "HF_ENDPOINT": hub.endpoint]
      let programs = try (0..<2).map { _ in try Running(["download", "tiny/bert"], environment) }
      let directory = "\(cache)/models--tiny--bert/snapshots/\(String(repeating: "1", count: 39))a"
      for program in programs {
        let result = program.wait()
        #expect(result.code == 0 && result.output == directory + "\n", "\(result.errors)")
      }
      #expect(hub.lines.count { $0 == "GET /store/model.safetensors" } == 1)
      #expect(
        FileManager.default.contents(atPath: directory + "/model.safetensors").map(Array.init)
          == Self.files["model.safetensors"])

      // Offline, from the cache, under its name.
      let offline = ["HF_HUB_CACHE": cache, "HF_HUB_OFFLINE": "1"]
      #expect(
        try Running(["download", "tiny/bert", "--json"], offline).wait().output == """
          [{"model": "tiny/bert", "revision": "main", "directory": "\(directory)"}]

          """)
    }
  }

  /// Killed in the middle, the next program goes on.
  @Test func aKilledProgramLeavesWhatItHas() throws {
    try withTemporaryDirectory { cache in
      let hub = LoopbackHub(Self.files)
      let weights = Self.files["model.safetensors"] ?? []
      hub.change {
        $0.fault = { request, before in
          // Half of the file and then nothing, as long as somebody listens.
          request.path.hasPrefix("/store/") && before == 0
            ? .init(200, ["Content-Length": "\(weights.count)"], Array(weights.prefix(250_000)), holds: true) : nil
        }
      }
      let environment = ["HF_HUB_CACHE": cache, "HF_ENDPOINT": hub.endpoint]
      let first = try Running(["download", "tiny/bert", "--quiet"], environment)
      let blobs = "\(cache)/models--tiny--bert/blobs"
      func part() -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: blobs)) ?? []
        guard let name = names.first(where: { $0.hasSuffix(".incomplete") }) else { return 0 }
        return FileManager.default.contents(atPath: "\(blobs)/\(name)")?.count ?? 0
      }
      while part() < 250_000, first.process.isRunning { Thread.sleep(forTimeInterval: 0.02) }
      kill(first.process.processIdentifier, SIGKILL)
      first.process.waitUntilExit()
      let second = try Running(["download", "tiny/bert", "--quiet"], environment).wait()
      #expect(second.code == 0 && second.errors.isEmpty)
      let stored = hub.requests.filter { $0.path.hasPrefix("/store/") }
      #expect(stored.map { $0["Range"] } == [nil, "bytes=250000-"])
    }
  }

  @Test func mistakesAreOneLine() throws {
    let hub = LoopbackHub(Self.files)
    try withTemporaryDirectory { cache in
      let environment = ["HF_HUB_CACHE": cache, "HF_ENDPOINT": hub.endpoint]
      let wrong = try Running(["download", "a/b/c"], environment).wait()
      #expect(
        wrong.code == 2
          && wrong.errors
            == "error: 'a/b/c' is not the name of a model, such as bert-base-uncased or org/name@revision\n"
      )
      let missing = try Running(["download", "tiny/other"], environment).wait()
      #expect(
        missing.code == 1
          && missing.errors
            == "error: there is no model 'tiny/other' at \(hub.endpoint); if it is private, set HF_TOKEN\n"
      )
      let revision = try Running(["download", "tiny/bert", "--revision", "v9"], environment).wait()
      #expect(
        revision.code == 1 && revision.errors == "error: 'tiny/bert' has no revision 'v9' at \(hub.endpoint)\n")
    }
  }

  /// `check` names a model of the hub and asks nobody.
  @Test func checkingARecipeFetchesNothing() throws {
    let hub = LoopbackHub(Self.files)
    try withTemporaryDirectory { directory in
      let recipe = directory + "/r.yaml"
      try "task: { type: rte, data: glue }\nmodel: { type: bert, checkpoint: tiny/bert }\nmethod: dlb\n"
        .write(toFile: recipe, atomically: true, encoding: .utf8)
      let environment = ["HF_HUB_CACHE": directory + "/cache", "HF_ENDPOINT": hub.endpoint]
      #expect(try Running(["check", recipe], environment).wait().code == 0)
      #expect(hub.lines == [] && !FileManager.default.fileExists(atPath: directory + "/cache"))
    }
  }

  /// A recipe and `--model` take the name of a model of the hub.
  @Test func aNameStandsWhereADirectoryDoes() throws {
    let model = fixture("bert/model")
    let files = try Dictionary(
      uniqueKeysWithValues: FileManager.default.contentsOfDirectory(atPath: model).map { name in
        (name, Array(try Data(contentsOf: URL(fileURLWithPath: "\(model)/\(name)"))))
      })
    let hub = LoopbackHub(files)
    try withTemporaryDirectory { directory in
      let environment = ["HF_HUB_CACHE": directory + "/cache", "HF_ENDPOINT": hub.endpoint]
      let input = directory + "/rows.jsonl"
      try "{\"text\": \"the cat\", \"text_pair\": \"sat\"}\n".write(toFile: input, atomically: true, encoding: .utf8)
      func answers(_ name: String) throws -> String {
        let result = try Running(["predict", "--model", name, "--input", input, "--output", "-"], environment).wait()
        #expect(result.code == 0, "\(result.errors)")
        return result.output
      }
      let (byName, byPath) = (try answers("tiny/bert"), try answers(model))
      #expect(byName == byPath && byName.contains("logits"))
      // A commit that is there but for its tokenizer is completed.
      let commit = "\(String(repeating: "1", count: 39))a"
      let snapshot = "\(directory)/cache/models--tiny--bert/snapshots/\(commit)"
      try FileManager.default.removeItem(atPath: "\(snapshot)/vocab.txt")
      #expect(try answers("tiny/bert@\(commit)") == byPath)

      let recipe = directory + "/r.yaml"
      try """
      task: { type: text-classification, train: \(directory)/train.jsonl, validation: \(directory)/train.jsonl }
      model: { type: bert, checkpoint: tiny/bert }
      method: finetune
      train: { epochs: 1, batch_size: 2, learning_rate: 1e-4 }
      output: \(directory)/run
      """.write(toFile: recipe, atomically: true, encoding: .utf8)
      try "{\"text\": \"a\", \"label\": \"x\"}\n{\"text\": \"b\", \"label\": \"y\"}\n"
        .write(toFile: directory + "/train.jsonl", atomically: true, encoding: .utf8)
      let trained = try Running(["train", recipe, "--quiet"], environment).wait()
      #expect(trained.code == 0, "\(trained.errors)")
      #expect(FileManager.default.fileExists(atPath: directory + "/run/model/model.safetensors"))
    }
  }
}

@Suite struct DownloadDisplayTests {
  @Test func linesAndBars() {
    let line = DownloadLine("model.safetensors", 220_000_000, of: 440_000_000, bytesPerSecond: 11e6)
    #expect(line.plain == "model.safetensors: 220.0 MB of 440.0 MB, 0:20 left, 11.0 MB/s")
    #expect(
      line.fitted(to: 79, colour: false)
        == "model.safetensors ██████░░░░░░░ 50%  220.0 MB of 440.0 MB  0:20 left  11.0 MB/s")
    #expect(DownloadLine("a", 5_000_000, of: nil, bytesPerSecond: nil).plain == "a: 5.0 MB")
    #expect(DownloadLine("a", 0, of: 0, bytesPerSecond: nil).fraction == 1)
    #expect(amount(1_250_000_000) == "1.25 GB" && amount(570) == "0.6 kB")
  }
}
