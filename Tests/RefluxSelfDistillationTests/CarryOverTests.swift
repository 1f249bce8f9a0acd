import RefluxCore
import RefluxTesting
import Testing

@Suite("The carry-over sampler")
struct CarryOverTests {
  private func sampler(_ options: String) throws -> any Sampler {
    try component("{ type: carry-over, \(options) }", from: plugins)
  }

  /// All steps of some epochs, each as `matched|new`, batches joined by `+`.
  private func trace(
    _ options: String, count: Int, accumulation: Int = 1, epochs: Int = 1
  ) throws -> [[String]] {
    let data = SamplingContext(count: count, accumulation: accumulation, seed: 5)
    let sampler = try sampler(options)
    return try (0..<epochs).map { epoch in
      try sampler.plan(data, epoch: epoch).map { step in
        step.map { "\($0.matched.map(String.init).joined())|\($0.new.map(String.init).joined())" }.joined(
          separator: "+")
      }
    }
  }

  @Test func theCardsTrace() throws {
    let epochs = try trace("batch_size: 4, order: sequential", count: 5, epochs: 3)
    #expect(epochs == [["|01", "01|23", "23|4"], ["4|01", "01|23", "23|4"], ["4|01", "01|23", "23|4"]])
  }

  @Test func newOnlyCountsTheNewExamples() throws {
    let epochs = try trace("batch_size: 2, batch_counts: new-only, order: sequential", count: 5)
    #expect(epochs == [["|01", "01|23", "23|4"]])
  }

  @Test func resetForgetsAtTheEndOfAnEpoch() throws {
    let epochs = try trace("batch_size: 4, order: sequential, epoch_boundary: reset", count: 5, epochs: 2)
    #expect(epochs == [["|01", "01|23", "23|4"], ["|01", "01|23", "23|4"]])
  }

  @Test func dropLastLeavesOutTheShortBatch() throws {
    let epochs = try trace("batch_size: 4, order: sequential, drop_last: true", count: 5, epochs: 2)
    #expect(epochs == [["|01", "01|23"], ["23|01", "01|23"]])
  }

  @Test func accumulationPairsOptimizerSteps() throws {
    let epochs = try trace("batch_size: 4, order: sequential", count: 7, accumulation: 2, epochs: 2)
    #expect(epochs == [["|01+|23", "01|45+23|6"], ["45|01+6|23", "01|45+23|6"]])
  }

  @Test func accumulationCanPairBatchesInstead() throws {
    let epochs = try trace(
      "batch_size: 4, order: sequential, pairing: micro-batch", count: 7, accumulation: 2, epochs: 2)
    #expect(epochs == [["|01+01|23", "23|45+45|6"], ["6|01+01|23", "23|45+45|6"]])
  }

  @Test func fewerExamplesThanABatch() throws {
    #expect(try trace("batch_size: 8, order: sequential", count: 3, epochs: 2) == [["|012"], ["012|012"]])
  }

  @Test func aSingleExampleIsInBothHalves() throws {
    #expect(try trace("batch_size: 2", count: 1, epochs: 3) == [["|0"], ["0|0"], ["0|0"]])
  }

  @Test(arguments: [1, 2, 3, 5, 16, 33], [1, 3]) func invariants(count: Int, accumulation: Int) throws {
    for options in ["batch_size: 4", "batch_size: 10, order: sequential", "batch_size: 2"] {
      let sampler = try sampler(options)
      let data = SamplingContext(count: count, accumulation: accumulation, seed: 11)
      var previous: [Int] = []
      for epoch in 0..<4 {
        let steps = try sampler.plan(data, epoch: epoch)
        #expect(steps.flatMap { $0.flatMap(\.new) }.sorted() == Array(0..<count))
        for step in steps {
          #expect(step.flatMap(\.matched) == previous)
          #expect(step.allSatisfy { !$0.indices.isEmpty })
          previous = step.flatMap(\.new)
        }
      }
    }
  }

  @Test func randomOrderChangesWithEpochAndSeed() throws {
    let sampler = try sampler("batch_size: 8")
    func order(_ seed: UInt64, _ epoch: Int) throws -> [Int] {
      try sampler.plan(SamplingContext(count: 40, seed: seed), epoch: epoch).flatMap { $0.flatMap(\.new) }
    }
    #expect(try order(1, 0) == order(1, 0))
    #expect(try order(1, 0) != order(1, 1))
    #expect(try order(1, 0) != order(2, 0))
    #expect(try order(1, 0) != Array(0..<40))
  }

  @Test func everyExampleIsSeenTwiceAnEpoch() throws {
    let sampler = try sampler("batch_size: 6")
    let data = SamplingContext(count: 20, seed: 3)
    let seen = try sampler.plan(data, epoch: 4).flatMap { $0.flatMap(\.indices) }.count
    let last = try sampler.plan(data, epoch: 4).last?.flatMap(\.new).count
    let carried = try sampler.plan(data, epoch: 3).last?.flatMap(\.new).count
    #expect(seen + (last ?? 0) - (carried ?? 0) == 40)
  }

  @Test func oddTotalsAreRefused() {
    #expect(
      thrownMessage { try sampler("batch_size: 5") } == """
        sampler 'carry-over': batch_size must be even, half repeated and half new, but is 5; or set batch_counts: new-only
        """)
  }

  @Test func aBatchThatCannotBeFilledIsRefused() {
    #expect(
      thrownMessage { try trace("batch_size: 8, drop_last: true", count: 3) } == """
        the data has 3 examples, which fill no batch of 4 new ones; lower batch_size or set drop_last: false
        """)
  }
}
