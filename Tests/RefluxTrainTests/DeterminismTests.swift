import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxTrain

@Suite struct DeterminismTests {
  private let overrides = ["train.epochs=2", "train.sampler.batch_size=16"]

  /// Wide enough, with enough tokens to a step, for every kernel and product to be cut for several threads.
  @Test(arguments: ["finetune", "dynsdpb"]) func threadsChangeNoBit(_ method: String) throws {
    try withTemporaryDirectory { directory in
      let remains = try [1, 2, 3].map { threads in
        let path = "\(directory)/\(threads)"
        let wide = [
          "model.hidden_size=192", "task.examples=256", "train.epochs=1", "train.max_steps=5",
          "train.sampler.batch_size=64",
        ]
        try TinyRun(method: method, overrides: wide, threads: threads)(in: path)
        return try Remains(path)
      }
      #expect(remains[0] == remains[1] && remains[0] == remains[2])
    }
  }

  /// Dropout is on: if the masks depended on the cut, the losses of the first step would differ at once.
  @Test(arguments: ["finetune", "dlb", "dynsdpb"]) func theCutOfAStepIntoBatchesDoesNotMatter(_ method: String) throws {
    try withTemporaryDirectory { directory in
      let steps = try [(32, 1), (16, 2), (8, 4)].map { size, accumulation in
        let path = "\(directory)/\(size)"
        try TinyRun(
          method: method,
          overrides: [
            "task.examples=128", "train.epochs=1", "train.sampler.batch_size=\(size)",
            "train.accumulation=\(accumulation)", "train.optimizer.learning_rate=0.001",
          ])(in: path)
        return try JSONLinesReader.read("\(path)/metrics.jsonl").map(\.row).filter { $0["grad_norm"] != nil }
      }
      for cut in steps.dropFirst() {
        #expect(cut.count == steps[0].count)
        for (one, other) in zip(steps[0], cut) {
          for name in ["loss", "grad_norm"] {
            let (a, b) = (try #require(one[name]?.number), try #require(other[name]?.number))
            #expect(abs(a - b) < 2e-5 * max(1, abs(a)), "\(name) at step \(one["step"]?.integer ?? 0): \(a), \(b)")
          }
          #expect(one["examples"] == other["examples"])
          #expect(one["tokens"] == other["tokens"])
        }
      }
    }
  }

  @Test func anotherSeedIsAnotherRun() throws {
    try withTemporaryDirectory { directory in
      let models = try [1, 2].map { seed in
        let path = "\(directory)/\(seed)"
        try TinyRun(overrides: overrides + ["seed=\(seed)"])(in: path)
        return try Remains(path).model
      }
      #expect(models[0] != models[1])
    }
  }
}
