import RefluxIO
import RefluxTesting
import RefluxText
import Testing

/// Every text of the reference's fixtures, uncased and cased, against the ids of transformers 4's fast tokenizer.
@Suite struct WordPieceFixtureTests {
  struct Model: Sendable, CustomTestStringConvertible {
    let directory: String, expected: String
    var testDescription: String { directory }
  }
  static let models = [
    Model(directory: "bert/model", expected: "bert/tokenization.json"),
    Model(directory: "tokenizers/bert-cased", expected: "tokenizers/bert-cased/tokenization.json"),
    Model(directory: "bert/tokenizer_json", expected: "bert/tokenization.json"),
  ]

  private func check(_ key: String, _ model: Model, count: Int) throws {
    let tokenizer = try TokenizerLoader().load(fixture(model.directory))
    let all = try #require(JSON(contentsOf: fixture(model.expected))[key]?.array)
    let rows = all.filter { $0["strategy"] == nil || $0["strategy"] == "longest_first" }
    #expect(rows.count == count)
    for row in rows {
      let text = try #require(row["text"]?.string)
      let encoded = tokenizer.encode(text, pair: row["pair"]?.string, maxLength: row["max_length"]?.integer)
      let ids = try #require(row["ids"]?.array).compactMap(\.integer)
      let segments = row["type_ids"]?.array?.compactMap(\.integer) ?? ids.map { _ in 0 }
      #expect(encoded.ids.map(Int.init) == ids, "\(text)")
      #expect(encoded.segments.map(Int.init) == segments, "\(text)")
    }
  }

  @Test(arguments: models) func singles(_ model: Model) throws { try check("singles", model, count: 80) }
  @Test(arguments: models) func pairs(_ model: Model) throws { try check("pairs", model, count: 20) }
  @Test(arguments: models) func truncation(_ model: Model) throws { try check("truncation", model, count: 30) }
}
