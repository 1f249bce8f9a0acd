import RefluxCore
import RefluxIO
import RefluxTesting
import RefluxText
import Testing

@Suite struct EncodedDatasetTests {
  private let tokenizer: WordPieceTokenizer
  private let encoder: RowEncoder
  private let classes = PredictionKind.classes(["no", "yes"])

  init() throws {
    tokenizer = try WordPieceTokenizer(directory: fixture("bert/model"))
    encoder = try RowEncoder(tokenizer, vocabularySize: 340, maxLength: 12)
  }

  private func example(_ text: String, _ label: Label?) -> Example { Example(rows: [.text(text)], label: label) }

  @Test func batchesAreTheRowsInAnyOrder() throws {
    let examples = (0..<700).map { example(String(repeating: "cat ", count: $0 % 5), .category($0 % 2)) }
    let data = try EncodedDataset(examples, encoder, classes, name: "the train split")
    #expect(data.count == 700)
    #expect(data.lengths == (0..<700).map { $0 % 5 + 2 })
    let batch = try data.batch([699, 0, 3])
    let input = try batch.input
    #expect(batch.examples == [699, 0, 3].map(ExampleID.init))
    #expect(input.ids == [2, 276, 276, 276, 276, 3, 2, 3, 2, 276, 276, 276, 3])
    #expect(input.rows == RowOffsets(lengths: [6, 2, 5]))
    #expect(input.segments == [Int32](repeating: 0, count: 13))
    guard case .classes([1, 0, 1])? = input.targets else {
      Issue.record("targets are \(String(describing: input.targets))")
      return
    }
  }

  @Test func choicesStayTogether() throws {
    let examples = [1, 2].map { n in
      Example(rows: [.text("a", pair: "b"), .text(String(repeating: "a ", count: n))], label: .category(1))
    }
    let data = try EncodedDataset(examples, encoder, .choice(count: 2), name: "x")
    #expect(data.lengths == [8, 9])
    let input = try data.batch([1]).input
    #expect(input.choices == 2)
    #expect(input.rows == RowOffsets(lengths: [5, 4]))
    #expect(input.segments == [0, 0, 0, 1, 1, 0, 0, 0, 0])
  }

  @Test func countsTruncatedRows() throws {
    let long = String(repeating: "cat ", count: 30)
    let data = try EncodedDataset([example(long, nil), example("cat", nil)], encoder, classes, name: "x")
    #expect(data.truncatedRowCount == 1)
    #expect(
      data.truncationNote(maxLength: 12) == "1 of 2 rows were longer than 12 tokens and have been truncated")
    #expect(data.lengths == [12, 3])
    let input = try data.batch([0, 1]).input
    #expect(input.targets == nil)
    #expect(try EncodedDataset([example("cat", nil)], encoder, classes, name: "x").truncationNote(maxLength: 12) == nil)
  }

  @Test func pretokenizedRowsPassThrough() throws {
    let rows: [SourceRow] = [.tokens(ids: [2, 5, 3]), .tokens(ids: [2, 5, 3, 6, 3], segments: [0, 0, 0, 1, 1])]
    let data = try EncodedDataset(rows.map { Example(rows: [$0]) }, encoder, classes, name: "x")
    let input = try data.batch([0, 1]).input
    #expect(input.ids == [2, 5, 3, 2, 5, 3, 6, 3])
    #expect(input.segments == [0, 0, 0, 0, 0, 0, 1, 1])
  }

  private func message(_ examples: [Example], _ kind: PredictionKind? = nil) -> String? {
    let error = #expect(throws: RecipeError.self) {
      _ = try EncodedDataset(examples, encoder, kind ?? classes, name: "the train split")
    }
    return error?.problems.first?.message
  }

  @Test func namesTheExampleThatDoesNotFit() {
    let good = example("cat", .category(0))
    let read = Example(rows: [.tokens(ids: [340])], label: .category(0), at: FilePlace("rows.jsonl", line: 7))
    #expect(
      thrownMessage { try EncodedDataset([good, read], encoder, classes, name: "the train split") }
        == "rows.jsonl:7: has the token id 340, which is outside 0 to 339")
    #expect(message([]) == "the train split has no examples")
    #expect(message([good, example("cat", nil)]) == "example 2 of the train split has no label")
    #expect(
      message([good, example("cat", .category(2))])
        == "example 2 of the train split has the label 2, which is outside 0 to 1")
    #expect(
      message([good, example("cat", .score(1))])
        == "example 2 of the train split has a number as its label, but wants a class")
    #expect(
      message([good], .score) == "example 1 of the train split has a class as its label, but wants a number")
    #expect(
      message([good, Example(rows: [.text("a"), .text("b")], label: .category(0))])
        == "example 2 of the train split has 2 rows, but wants 1")
  }

  @Test(arguments: [
    ([Int32](), [Int32](), "has no tokens"),
    ([2, 340], [], "has the token id 340, which is outside 0 to 339"),
    ([2, -1], [], "has the token id -1, which is outside 0 to 339"),
    ([2, 3], [0], "has 2 token ids, but 1 token type ids"),
    ([2, 3], [0, 2], "has the token type id 2, which is outside 0 to 1"),
    ([Int32](repeating: 2, count: 13), [], "has 13 tokens, more than 12; pre-tokenized rows are not truncated"),
  ])
  func namesWhatIsWrongWithPretokenizedRows(_ ids: [Int32], _ segments: [Int32], _ problem: String) {
    let row = Example(rows: [.tokens(ids: ids, segments: segments)], label: .category(0))
    #expect(message([row]) == "example 1 of the train split \(problem)")
  }

  @Test func namesLimitsThatDoNotFit() {
    let short = #expect(throws: RecipeError.self) { try RowEncoder(tokenizer, vocabularySize: 340, maxLength: 4) }
    #expect(
      short?.problems.first?.message == "a maximum length of 4 leaves no room for a pair of texts; wants 5 or more")
    let small = #expect(throws: RecipeError.self) { try RowEncoder(tokenizer, vocabularySize: 300, maxLength: 12) }
    #expect(small?.problems.first?.message == "the tokenizer has 340 tokens, but the model's vocabulary has 300")
    let none = #expect(throws: RecipeError.self) {
      try RowEncoder(nil, vocabularySize: 300, maxLength: 12).encode(.text("cat"))
    }
    #expect(
      none?.problems.first?.message == "is text, but the model's directory has no tokenizer: wants 'input_ids'")
  }
}
