import RefluxCPU
import RefluxCore
import RefluxTesting
import Testing

@testable import RefluxEncoders

@Suite struct BertBehaviourTests {
  @Test func choicesAreScoredRowByRow() throws {
    let bert = try model(of: "bert/model", task: FakeTask(.choice(count: 2)))
    let ids: [Int32] = [2, 10, 3, 2, 20, 21, 3, 2, 30, 3, 2, 40, 3]
    let rows = RowOffsets(lengths: [3, 4, 3, 3])
    let paired = try bert.evaluated(TokenBlock(ids: ids, rows: rows, choices: 2)).logits
    let single = try bert.evaluated(TokenBlock(ids: ids, rows: rows)).logits
    #expect(paired.shape == [2, 2] && single.shape == [4, 1])
    #expect(paired.floats == single.floats)
  }

  /// A row's result must not depend on the rows beside it, nor on how a step was cut into batches.
  @Test(arguments: [false, true])
  func rowsDoNotSeeEachOther(_ training: Bool) throws {
    let bert = try model(of: "bert/model", "hidden_dropout: 0.3, attention_dropout: 0.2")
    let block = try EncoderFixture.bert.block()
    func logits(_ block: TokenBlock) throws -> [Float] {
      var pass = ForwardPass(training: training, random: RandomSource(seed: 5))
      return try bert(block, &pass).logits.floats
    }
    let together = try logits(block)
    var apart: [Float] = []
    for row in 0..<block.rowCount {
      let tokens = block.rows[row]
      var alone = TokenBlock(
        ids: Array(block.ids[tokens]), segments: Array(block.segments[tokens]),
        rows: RowOffsets(lengths: [tokens.count]))
      alone.rowNumbers = [row]
      apart += try logits(alone)
    }
    #expect(RefluxTesting.largestDifference(together, apart) < 2e-6)
  }

  @Test func dropoutDependsOnTheSeedAndOnWhetherItIsTraining() throws {
    let bert = try model(of: "bert/model", "hidden_dropout: 0.3")
    let block = try EncoderFixture.bert.block()
    func logits(training: Bool, seed: UInt64) throws -> [Float] {
      var pass = ForwardPass(training: training, random: RandomSource(seed: seed))
      return try bert(block, &pass).logits.floats
    }
    let first = try logits(training: true, seed: 1)
    #expect(try logits(training: true, seed: 1) == first)
    #expect(try logits(training: true, seed: 2) != first)
    let still = try logits(training: false, seed: 1)
    #expect(try logits(training: false, seed: 2) == still && still != first)
  }

  @Test func threadsDoNotChangeABit() throws {
    let block = try EncoderFixture.bert.block()
    func gradient(threads: Int) throws -> [[UInt32]] {
      let bert = try model(of: "bert/model", "hidden_dropout: 0.3", on: CPUBackend(threads: threads))
      let (_, gradient) = try valueAndGradient(of: bert) { bert in
        var pass = ForwardPass(training: true, random: RandomSource(seed: 3))
        return crossEntropy(try bert(block, &pass).logits, [0, 1, 1, 0, 1])
      }
      return gradient.map { $0.1.floats.map(\.bitPattern) }
    }
    let alone = try gradient(threads: 1)
    #expect(alone.joined().contains { $0 != 0 })
    #expect(try gradient(threads: 2) == alone)
    #expect(try gradient(threads: 3) == alone)
  }

  /// Asking for hidden states runs the last layer over all tokens; the logits must be the same, dropout included.
  @Test func theShortenedLastLayerChangesNothing() throws {
    let bert = try model(of: "bert/model", "hidden_dropout: 0.3, attention_dropout: 0.2")
    let block = try EncoderFixture.bert.block()
    var (short, long) = (
      ForwardPass(training: true, random: RandomSource(seed: 9)),
      ForwardPass(training: true, wants: .hiddenStates, random: RandomSource(seed: 9))
    )
    let (a, b) = (try bert(block, &short), try bert(block, &long))
    #expect(a.hiddenStates.isEmpty && b.hiddenStates.count == 3)
    #expect(RefluxTesting.largestDifference(a.logits.floats, b.logits.floats) < 2e-6)
  }

  /// PyTorch's `padding_idx`: a padding token in a text is read like any other, and never trained.
  @Test func thePaddingEmbeddingIsNotTrained() throws {
    let bert = try model(of: "bert/model")
    let block = TokenBlock(ids: [2, 0, 10, 3], rows: RowOffsets(lengths: [4]))
    let (_, gradient) = try valueAndGradient(of: bert) { crossEntropy(try $0.evaluated(block).logits, [1]) }
    let words = try #require(gradient["bert.embeddings.word_embeddings.weight"]).floats
    #expect(words[0..<32].allSatisfy { $0 == 0 })
    #expect(words[64..<96].contains { $0 != 0 })
  }

  @Test func rowsWithoutSegmentsAreAllOfTheFirst() throws {
    let bert = try model(of: "bert/model")
    let (ids, rows): ([Int32], RowOffsets) = ([2, 10, 3, 11, 3], RowOffsets(lengths: [5]))
    let none = try bert.evaluated(TokenBlock(ids: ids, rows: rows)).logits.floats
    #expect(try bert.evaluated(TokenBlock(ids: ids, segments: [0, 0, 0, 0, 0], rows: rows)).logits.floats == none)
    #expect(try bert.evaluated(TokenBlock(ids: ids, segments: [0, 0, 0, 1, 1], rows: rows)).logits.floats != none)
  }
}
