import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxTrain

@Suite struct StageTests {
  private let run = TinyRun(
    overrides: ["~method", "~train", "strategy.type=rounds", "strategy.train.epochs=2", "strategy.train.save_every=2"])

  /// Crashes again and again, so that every kind of finished action is read back at least once.
  @Test func aRunOfSeveralStagesGoesOnWhereItWas() throws {
    try withTemporaryDirectory { directory in
      let results = try run(in: "\(directory)/whole")
      let whole = try Remains("\(directory)/whole")
      let path = "\(directory)/broken"
      var (start, sittings) = (RunStart.fresh(force: false), 0)
      var again: RunResults?
      while again == nil, sittings < 20 {
        sittings += 1
        again = try? run(in: path, start, observers: [EndAfter(3, nil)])
        start = .resume(from: nil)
      }
      #expect(sittings > 2)
      #expect(try Remains(path) == whole)
      #expect(again?.steps == results.steps)
      let tables = try ["whole", "broken"].map { try sha256(of: "\(directory)/\($0)/tables/kept-rows.jsonl") }
      #expect(tables[0] == tables[1])
      let all = try ["whole", "broken"].map { try JSONFields(contentsOf: "\(directory)/\($0)/all_results.json") }
      #expect(all[0].object["kept"] == all[1].object["kept"])
      // A count is an integer, there and in the log.
      let count = try #require(all[0].object["kept"]?["count"])
      #expect(count.integer ?? 0 > 0 && !count.text.contains("."))
      let log = try JSONLinesReader.read("\(directory)/whole/metrics.jsonl").compactMap { $0.row["count"]?.text }
      #expect(log == [count.text])
    }
  }

  @Test func aFinishedRunIsNotEmptiedByResuming() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/run"
      try run(in: path)
      let before = try Remains(path)
      let newest = try #require(try RunDirectory(checking: path, .resume(from: "any")).checkpointSteps.last)
      let message = thrownMessage { try run(in: path, .resume(from: "checkpoint-\(newest)")) } ?? ""
      #expect(
        message.hasSuffix(
          """
          of the run, but the result of action 1 is not there (a run that has finished removes them); \
          --force starts the run again
          """), "\(message)")
      #expect(try Remains(path) == before)
    }
  }

  @Test func anObserverEndsAStageEarly() throws {
    struct Enough: Observer {
      func observe(_ event: RunEvent) -> Verdict {
        if case .step(_, let progress, _) = event, progress.step == 2 { .stop } else { .carryOn }
      }
    }
    try withTemporaryDirectory { directory in
      let results = try TinyRun(overrides: ["train.sampler.batch_size=8"])(
        in: "\(directory)/run", observers: [Enough()])
      #expect(results.steps == 2)
      #expect(results.scores.first?.split == .validation)
      #expect(Directory.isTaken("\(directory)/run/model/config.json"))
    }
  }
}
