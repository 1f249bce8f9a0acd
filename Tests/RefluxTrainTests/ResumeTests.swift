import RefluxCore
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
}
