import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxTrain

@Suite struct CheckpointTests {
  private let run = TinyRun(
    method: "dlb", overrides: ["train.sampler.batch_size=8", "train.save_every=2", "train.keep=3"])

  /// A run that crashed after its 7th step, with checkpoints 2, 4 and 6.
  private func crashed(in directory: String) throws -> String {
    let path = "\(directory)/run"
    #expect(throws: EndAfter.Crash.self) { try run(in: path, observers: [EndAfter(7, nil)]) }
    #expect(
      try Directory.names(in: path).filter { $0.hasPrefix("c") } == ["checkpoint-2", "checkpoint-4", "checkpoint-6"])
    return path
  }

  /// Changes one byte in the middle of a file.
  private func damage(_ path: String) throws {
    let file = try MappedFile(path)
    var bytes = withExtendedLifetime(file) { Array(file.bytes) }
    bytes[bytes.count / 2] ^= 1
    try AtomicFile.write(to: path) { try $0.append(bytes) }
  }

  @Test(arguments: ["model.safetensors", "optimizer.safetensors", "state.safetensors", "reflux_state.json"])
  func aDamagedFileIsNamedAndTheOneBeforeUsedWhenAsked(_ file: String) throws {
    try withTemporaryDirectory { directory in
      try run(in: "\(directory)/whole")
      let path = try crashed(in: directory)
      let damaged = "\(path)/checkpoint-6/\(file)"
      let expected = try sha256(of: damaged)
      try damage(damaged)
      let found = try sha256(of: damaged)
      #expect(
        throws: RunError(
          """
          \(damaged) is damaged: its sha256 should be \(expected), but is \(found)
            --resume-from checkpoint-4 goes on from the checkpoint before it
          """)
      ) { try run(in: path, .resume(from: nil)) }
      try run(in: path, .resume(from: "checkpoint-4"))
      #expect(try Remains(path) == Remains("\(directory)/whole"))
    }
  }

  @Test func whatIsMissingIsSaid() throws {
    try withTemporaryDirectory { directory in
      let path = try crashed(in: directory)
      try Directory.remove("\(path)/checkpoint-6/config.json")
      #expect(
        throws: RunError(
          """
          \(path)/checkpoint-6/config.json is missing
            --resume-from checkpoint-4 goes on from the checkpoint before it
          """)
      ) { try run(in: path, .resume(from: nil)) }
      #expect(
        throws: RunError(
          "\(path) has no checkpoint 'checkpoint-5'; there are: checkpoint-2, checkpoint-4, checkpoint-6")
      ) { try run(in: path, .resume(from: "checkpoint-5")) }
      try Directory.remove("\(path)/checkpoint-2")
      try Directory.remove("\(path)/checkpoint-4")
      #expect(
        throws: RunError(
          """
          \(path)/checkpoint-6/config.json is missing
            there is no checkpoint before it; --force starts the run again
          """)
      ) { try run(in: path, .resume(from: nil)) }
    }
  }

  @Test func halfWrittenThingsAreClearedAway() throws {
    try withTemporaryDirectory { directory in
      try run(in: "\(directory)/whole")
      let path = try crashed(in: directory)
      try Directory.create("\(path)/checkpoint-8.tmp/inner")
      try AtomicFile.write("{", to: "\(path)/checkpoint-8.tmp/inner/reflux_state.json")
      try AtomicFile.write("{", to: "\(path)/eval_results.json.123.tmp")
      try run(in: path, .resume(from: nil))
      #expect(try Directory.files(below: path).filter { $0.contains("tmp") }.isEmpty)
      #expect(try Remains(path) == Remains("\(directory)/whole"))
    }
  }

  @Test func theNewestAndTheBestAreKept() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/run"
      try TinyRun(
        overrides: ["train.sampler.batch_size=8", "train.save_every=1", "train.keep=2", "train.evaluate_every=1"])(
          in: path)
      let state = try JSONFields(contentsOf: "\(path)/trainer_state.json")
      let best = try #require(try state.integer("best_global_step"))
      let evaluations = try JSONLinesReader.read("\(path)/metrics.jsonl").map(\.row).filter { $0["split"] != nil }
      let accuracies = evaluations.compactMap { $0["eval_accuracy"]?.number }
      let highest = try #require(accuracies.max())
      #expect(evaluations.first { $0["eval_accuracy"]?.number == highest }?["step"]?.integer == best)
      #expect(try state.number("best_metric") == highest)
      let kept = try RunDirectory(checking: path, .resume(from: "any")).checkpointSteps
      #expect(kept == Set([best, 14, 15]).sorted())
      #expect(try state.string("best_model_checkpoint") == "\(path)/checkpoint-\(best)")
    }
  }

  @Test func theBestWeightsAreLoadedAtTheEnd() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/run"
      let results = try TinyRun(
        overrides: ["train.sampler.batch_size=8", "train.load_best=true", "train.evaluate_every=1"])(in: path)
      let state = try JSONFields(contentsOf: "\(path)/trainer_state.json")
      let best = try #require(try state.integer("best_global_step"))
      #expect(
        try sha256(of: "\(path)/model/model.safetensors")
          == sha256(of: "\(path)/checkpoint-\(best)/model.safetensors"))
      #expect(results.scores.first?.scores.first?.value == (try state.number("best_metric")))
    }
  }
}
