import Foundation
import RefluxBasics
import RefluxCore
import RefluxTesting
import Testing

@Suite("Samplers")
struct SamplerTests {
  private func plan(
    _ recipe: String, count: Int, accumulation: Int = 1, epoch: Int = 0, seed: UInt64 = 7, directory: String = "."
  ) throws -> [[PlannedBatch]] {
    let sampler = try component(recipe, as: (any Sampler).self, from: [BasicsPlugin.self], directory: directory)
    return try sampler.plan(SamplingContext(count: count, accumulation: accumulation, seed: seed), epoch: epoch)
  }

  @Test func sequentialKeepsTheOrder() throws {
    #expect(
      try plan("{ type: sequential, batch_size: 2 }", count: 5) == [
        [PlannedBatch(new: [0, 1])], [PlannedBatch(new: [2, 3])], [PlannedBatch(new: [4])],
      ])
  }

  @Test func batchesAreGatheredIntoSteps() throws {
    #expect(
      try plan("{ type: sequential, batch_size: 2 }", count: 5, accumulation: 2) == [
        [PlannedBatch(new: [0, 1]), PlannedBatch(new: [2, 3])], [PlannedBatch(new: [4])],
      ])
  }

  @Test func shuffledSeesEverythingOnce() throws {
    func order(_ epoch: Int, _ seed: UInt64) throws -> [Int] {
      try plan("{ type: shuffled, batch_size: 4 }", count: 30, epoch: epoch, seed: seed).flatMap { $0.flatMap(\.new) }
    }
    #expect(try order(0, 1).sorted() == Array(0..<30))
    #expect(try order(0, 1) == order(0, 1))
    #expect(try order(0, 1) != order(1, 1))
    #expect(try order(0, 1) != order(0, 2))
  }

  @Test func theLastBatchCanBeLeftOut() throws {
    #expect(try plan("{ type: shuffled, batch_size: 4, drop_last: true }", count: 11).count == 2)
    #expect(
      thrownMessage { try plan("{ type: shuffled, batch_size: 4, drop_last: true }", count: 3) }
        == "the data has 3 examples, which fill no batch of 4; lower batch_size or set drop_last: false")
  }

  @Test func nothingToSample() {
    #expect(
      thrownMessage { try plan("shuffled", count: 0) }
        == "the data has 0 examples, which fill no batch of 32; lower batch_size or set drop_last: false")
  }
}

@Suite("The listed sampler")
struct ListedTests {
  private func plan(_ json: String, count: Int = 6, accumulation: Int = 1) throws -> [[PlannedBatch]] {
    try withTemporaryDirectory { directory in
      try json.write(toFile: directory + "/steps.json", atomically: true, encoding: .utf8)
      let sampler = try component(
        "{ type: listed, file: steps.json }", as: (any Sampler).self, from: [BasicsPlugin.self], directory: directory)
      return try sampler.plan(SamplingContext(count: count, accumulation: accumulation, seed: 1), epoch: 0)
    }
  }

  @Test func listsOfRows() throws {
    #expect(try plan("[[3, 1], [0]]") == [[PlannedBatch(new: [3, 1])], [PlannedBatch(new: [0])]])
  }

  @Test func pairsOfMatchedAndNew() throws {
    #expect(
      try plan(#"{"note": "a trace", "batches": [[[], [3, 1]], [[3, 1], [0, 2]], [[2], []]]}"#) == [
        [PlannedBatch(new: [3, 1])], [PlannedBatch(matched: [3, 1], new: [0, 2])],
        [PlannedBatch(matched: [2], new: [])],
      ])
  }

  @Test func stepsAreCutForAccumulation() throws {
    #expect(
      try plan("[[[], [3, 1, 4]], [[3, 1, 4], [0]]]", accumulation: 2) == [
        [PlannedBatch(new: [3, 1]), PlannedBatch(new: [4])],
        [PlannedBatch(matched: [3, 1], new: [0]), PlannedBatch(matched: [4], new: [])],
      ])
  }

  @Test(
    arguments: [
      ("[[0, 1], [2, 6]]", "steps.json: entry 1 has row 6; the data has rows 0 to 5"),
      ("[[0, -1]]", "steps.json: entry 0 has row -1; the data has rows 0 to 5"),
      ("[[0], \"a\"]", "steps.json: entry 1 is neither a list of row numbers nor a pair [matched, new] of them"),
      ("[[0], []]", "steps.json: entry 1 is neither a list of row numbers nor a pair [matched, new] of them"),
      ("[[1, 1]]", "steps.json: entry 0 has the same row twice"),
      (
        "[[[], [1]], [[2], [3]]]",
        "steps.json: entry 1 repeats row 2, which is not among the new rows of the entry before it"
      ),
      ("{}", "steps.json: wants a list of batches with at least one entry, or an object whose 'batches' is one"),
      ("[]", "steps.json: wants a list of batches with at least one entry, or an object whose 'batches' is one"),
    ])
  func mistakes(json: String, expected: String) { #expect(thrownMessage { try plan(json) } == expected) }

  @Test func aMissingFileIsNamed() throws {
    let text = try #require(
      thrownMessage {
        try component("{ type: listed, file: none.json }", as: (any Sampler).self, from: [BasicsPlugin.self])
      })
    #expect(text.contains("none.json"))
  }

  @Test func theFixturesTraceIsOne() throws {
    let sampler = try component(
      "{ type: listed, file: bert/dlb.json }", as: (any Sampler).self, from: [BasicsPlugin.self],
      directory: fixture("."))
    let steps = try sampler.plan(SamplingContext(count: 20, seed: 1), epoch: 0)
    #expect(steps.count == 20)
    #expect(steps[0] == [PlannedBatch(new: [14, 9, 5])])
  }
}
