import RefluxIO
import RefluxTesting
import RefluxText
import Testing

/// Every text of the reference's fixtures against the ids of transformers 4's tokenizers that call SentencePiece
/// themselves, truncation against those of its fast ones.
@Suite struct SentencePieceFixtureTests {
  static let models = ["albert", "deberta-v2-plain", "deberta-v2-conv", "deberta-v3", "llama1", "llama2"]
  static let decoders = ["llama1", "llama2"]

  private func rows(_ key: String, _ model: String, count: Int) throws -> [JSON] {
    let all = try #require(JSON(contentsOf: fixture("\(model)/tokenization.json"))[key]?.array)
    let rows = all.filter { $0["strategy"] == nil || $0["strategy"] == "longest_first" }
    #expect(rows.count == count)
    return rows
  }

  private func check(_ key: String, _ model: String, count: Int) throws {
    let tokenizer = try TokenizerLoader().load(fixture("\(model)/model"))
    for row in try rows(key, model, count: count) {
      let text = try #require(row["text"]?.string)
      let encoded = tokenizer.encode(text, pair: row["pair"]?.string, maxLength: row["max_length"]?.integer)
      let ids = try #require(row["ids"]?.array).compactMap(\.integer)
      let segments = row["type_ids"]?.array?.compactMap(\.integer) ?? ids.map { _ in 0 }
      #expect(encoded.ids.map(Int.init) == ids, "\(text)")
      #expect(encoded.segments.map(Int.init) == segments, "\(text)")
    }
  }

  @Test(arguments: models) func singles(_ model: String) throws { try check("singles", model, count: 80) }
  @Test(arguments: models) func pairs(_ model: String) throws { try check("pairs", model, count: 20) }
  @Test(arguments: models) func truncation(_ model: String) throws { try check("truncation", model, count: 30) }

  @Test(arguments: decoders) func decoded(_ model: String) throws {
    let loaded = try TokenizerLoader().load(fixture("\(model)/model"))
    let tokenizer = try #require(loaded as? SentencePieceTokenizer)
    for row in try rows("singles", model, count: 80) {
      let ids = try #require(row["ids"]?.array).compactMap(\.integer).map(Int32.init)
      let (whole, text) = (tokenizer.decode(ids, skippingSpecial: false), tokenizer.decode(ids))
      #expect(row["decoded"]?.string.map { whole.utf8.elementsEqual($0.utf8) } == true, "\(whole)")
      #expect(row["decoded_skip_special"]?.string.map { text.utf8.elementsEqual($0.utf8) } == true, "\(text)")
    }
  }

  @Test(arguments: models) func vocabularySize(_ model: String) throws {
    let size = try JSON(contentsOf: fixture("\(model)/tokenization.json"))["vocabulary"]?.integer
    #expect(try TokenizerLoader().load(fixture("\(model)/model")).vocabularySize == size)
  }

  /// What is saved gives the same ids, and the limits that were not written out before.
  @Test(arguments: models) func whatIsSavedLoadsAsTheSame(_ model: String) throws {
    let original = try TokenizerLoader().load(fixture("\(model)/model"))
    try withTemporaryDirectory { directory in
      try original.save(to: directory)
      let again = try TokenizerLoader().load(directory)
      #expect(again.vocabularySize == original.vocabularySize)
      #expect(again.modelMaxLength == original.modelMaxLength)
      for row in try rows("pairs", model, count: 20) {
        let text = try #require(row["text"]?.string)
        let pair = row["pair"]?.string
        #expect(
          again.encode(text, pair: pair, maxLength: nil) == original.encode(text, pair: pair, maxLength: nil))
      }
      let names = try JSON(contentsOf: "\(directory)/tokenizer_config.json")["model_input_names"]
      #expect(names == (Self.decoders.contains(model) ? nil : ["input_ids", "token_type_ids", "attention_mask"]))
      let bytes = try MappedFile.contents(of: "\(directory)/\(Self.modelFile(model))")
      #expect(try bytes == MappedFile.contents(of: fixture("\(model)/model/\(Self.modelFile(model))")))
    }
  }

  private static func modelFile(_ model: String) -> String {
    model == "albert" ? "spiece.model" : model.hasPrefix("llama") ? "tokenizer.model" : "spm.model"
  }
}
