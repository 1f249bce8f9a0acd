import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxTrain

@Suite struct ResumeTests {
  /// Stops a run at two places, goes on each time, and compares with the run that nobody stopped.
  @Test(
    arguments: [
      ("finetune", 1), ("finetune", 2), ("dlb", 1), ("dlb", 2), ("dynsdpb", 1), ("dynsdpb", 2),
    ])
  func interruptedRunsEndWithTheSameBytes(_ method: String, _ accumulation: Int) throws {
    let run = TinyRun(
      method: method,
      overrides: [
        "train.sampler.batch_size=8", "train.accumulation=\(accumulation)", "train.save_every=3",
        "train.evaluate_every=2",
      ])
    try withTemporaryDirectory { directory in
      try run(in: "\(directory)/whole")
      let whole = try Remains("\(directory)/whole")
      var random = RandomSource(seed: 5, method, accumulation)
      for trial in 0..<2 {
        let path = "\(directory)/broken-\(trial)"
        var start = RunStart.fresh(force: false)
        for crashes in [false, true] {
          let interruption = Interruption()
          let end = EndAfter(1 + Int(random.next() % 4), crashes ? nil : interruption)
          #expect(throws: (any Error).self) {
            try run(in: path, start, observers: [end], interruption: interruption)
          }
          start = .resume(from: nil)
        }
        try run(in: path, start)
        #expect(try Remains(path) == whole, "\(method), trial \(trial)")
      }
    }
  }

  /// Crashes every few steps, with hardly a checkpoint, so that predictions and made data are read back as well.
  @Test(arguments: ["finetune", "dynsdpb"]) func selfTrainingEndsWithTheSameBytes(_ method: String) throws {
    let run = TinyRun(
      method: "{ type: self-training, rounds: 2, held_out: 0.5, keep: best, per_class: 3, method: \(method) }",
      overrides: ["train.sampler.batch_size=8", "train.save_every=4"])
    try withTemporaryDirectory { directory in
      try run(in: "\(directory)/whole")
      let sittings = try goOnUntilDone(run, in: "\(directory)/broken", crashingAfter: 5)
      #expect(sittings > 3)
      #expect(try Remains("\(directory)/broken") == Remains("\(directory)/whole"))
      for table in ["round-1--kept-rows", "round-2--kept-rows"] {
        let sums = try ["whole", "broken"].map { try sha256(of: "\(directory)/\($0)/tables/\(table).jsonl") }
        #expect(sums[0] == sums[1])
      }
    }
  }

  @Test func distillationFromATeacherEndsWithTheSameBytes() throws {
    try withTemporaryDirectory { directory in
      try TinyRun(overrides: ["seed=7"])(in: "\(directory)/teacher")
      let run = TinyRun(
        method: "{ type: kd, alpha: 0.7, temperature: 4 }",
        overrides: [
          "models.teacher.type=bert", "models.teacher.checkpoint=\(directory)/teacher/model",
          "train.sampler.batch_size=8", "train.save_every=3",
        ])
      try run(in: "\(directory)/whole")
      let sittings = try goOnUntilDone(run, in: "\(directory)/broken", crashingAfter: 4)
      #expect(sittings > 2)
      #expect(try Remains("\(directory)/broken") == Remains("\(directory)/whole"))
      let steps = try JSONLinesReader.read("\(directory)/whole/metrics.jsonl").compactMap { $0.row["kd"]?.number }
      #expect(steps.count == 15 && steps.allSatisfy { $0 > 0 })
    }
  }

  /// How many sittings it took.
  private func goOnUntilDone(_ run: TinyRun, in path: String, crashingAfter steps: Int) throws -> Int {
    var start = RunStart.fresh(force: false)
    for sitting in 1...20 {
      do {
        try run(in: path, start, observers: [EndAfter(steps, nil)])
        return sitting
      } catch is EndAfter.Crash { start = .resume(from: nil) }
    }
    return .max
  }
}
