import RefluxCore
import RefluxTesting
import RefluxText
import Testing

/// A tokenizer of single letters with a mark in front and one that ends a text.
private struct Letters: Tokenizer {
  let vocabularySize = 40
  let modelMaxLength: Int? = nil
  let endToken: Int32? = 2
  func encode(_ text: String, pair: String?, maxLength: Int?) -> EncodedRow {
    let ids = [1] + text.utf8.map { Int32($0 & 31) + 4 }
    return EncodedRow(ids: ids, segments: ids.map { _ in 0 })
  }
  func token(_ id: Int32) -> String? { nil }
  func decode(_: [Int32]) -> String { "" }
  func specialTokenCount(pair _: Bool) -> Int { 1 }
  func save(to _: String) {}
}

@Suite struct LanguageRowTests {
  private let encoder: RowEncoder
  init() throws { encoder = try RowEncoder(Letters(), vocabularySize: 40, maxLength: 6) }

  private func dataset(_ rows: [SourceRow]) throws -> EncodedDataset {
    try EncodedDataset(rows.map { Example(rows: [$0]) }, encoder, .text, name: "the train split")
  }

  @Test func onlyTheResponseAndItsEndAreLearned() throws {
    let batch = try dataset([.completion(prompt: "ab", response: "cd")]).batch([0])
    let input = try batch.input
    #expect(input.ids == [1, 5, 6, 7, 8, 2])
    guard case .tokens(let targets)? = input.targets else {
      Issue.record("the targets are \(String(describing: input.targets))")
      return
    }
    #expect(targets == [[-1, -1, 7, 8, 2, -1]])
  }

  @Test func labelsAreShifted() throws {
    let row = SourceRow.labelled(ids: [1, 5, 6, 7], labels: [1, -100, 6, 7])
    guard case .tokens(let targets)? = try dataset([row]).batch([0]).input.targets else {
      Issue.record("there are no targets")
      return
    }
    #expect(targets == [[-1, 6, 7, -1]])
  }

  @Test func whatDoesNotFitIsLeftOutAndNamed() throws {
    let data = try dataset(
      ["c", "cdefgh", "d", "cdefghi"].map { .completion(prompt: "a", response: $0) })
    #expect(data.count == 2)
    #expect(try data.batch([1, 0]).examples == [2, 0].map(ExampleID.init))
    #expect(
      data.notes(maxLength: 6) == ["2 of 4 examples do not fit into 6 tokens and are left out: 2 and 4"])
    #expect(
      thrownMessage { try dataset([.completion(prompt: "a", response: "bcdefg")]) }
        == "no example of the train split fits into 6 tokens; the shortest needs max_length=9, and a model that reads so "
        + "many")
  }

  @Test func whatIsWrongIsNamed() throws {
    #expect(
      thrownMessage { try dataset([.completion(prompt: "a", response: "b"), .text("c")]) }
        == "some examples of the train split have an answer and some have none")
    #expect(
      thrownMessage { try dataset([.labelled(ids: [1, 2], labels: [-100, -100])]) }
        == "example 1 of the train split has no label to learn from")
    #expect(
      thrownMessage { try dataset([.labelled(ids: [1, 2], labels: [-100])]) }
        == "example 1 of the train split has 2 token ids, but 1 labels")
    #expect(
      thrownMessage { try dataset([.labelled(ids: [1, 2], labels: [1, 40])]) }
        == "example 1 of the train split has the label 40, which is outside 0 to 39")
    #expect(
      thrownMessage {
        try EncodedDataset(
          [Example(rows: [.completion(prompt: "a", response: "b")])], encoder, .score, name: "the train split")
      } == "example 1 of the train split has an answer of text, and the task has no use for it")
  }
}
