import RefluxCore
import Testing

@testable import RefluxTrain

@Suite struct StepBatchesTests {
  /// Two rows to an example, as COPA has.
  private struct Pairs: Dataset {
    let count = 10
    let lengths = [Int](repeating: 4, count: 10)
    func batch(_ indices: [Int]) -> Batch {
      let rows = RowOffsets(lengths: [Int](repeating: 2, count: 2 * indices.count))
      let block = TokenBlock(
        ids: [Int32](repeating: 1, count: rows.tokenCount), rows: rows, choices: 2, targets: .classes(indices))
      return Batch(indices.map(ExampleID.init), input: block)
    }
  }

  @Test func rowsAreNumberedAsInOneBatch() throws {
    let step = try StepBatches(
      [PlannedBatch(matched: [4], new: [7, 8]), PlannedBatch(matched: [5], new: [9])], from: Pairs())
    #expect(try step.batches.map { try $0.input.rowNumbers } == [[0, 1, 4, 5, 6, 7], [2, 3, 8, 9]])
    for batch in step.batches {
      #expect(batch.step == (examples: 5, matched: 2, targets: 5))
      #expect(batch.matchedCount == 1)
    }
  }
}
