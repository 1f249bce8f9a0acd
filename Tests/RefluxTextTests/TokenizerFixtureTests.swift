import RefluxCore
import RefluxIO
import RefluxTesting
import RefluxText
import Testing

/// Every text of the reference's fixtures, from vocabulary files and from `tokenizer.json`.
@Suite struct TokenizerFixtureTests {
  struct Model: Sendable, CustomTestStringConvertible {
    let directory: String, expected: String
    /// Whose ids count where implementations differ.
    var variant: String?
    /// Whether its models read segments; if not, and nobody said it before, the saved files say nothing of inputs.
    var hasSegments = false
    var testDescription: String { directory }
  }

  static let models = [
    Model(directory: "bert/model", expected: "bert", hasSegments: true),
    Model(directory: "bert/tokenizer_json", expected: "bert", hasSegments: true),
    Model(directory: "tokenizers/bert-cased", expected: "tokenizers/bert-cased", hasSegments: true),
    Model(directory: "roberta/model", expected: "roberta"),
    Model(directory: "roberta/tokenizer_json", expected: "roberta"),
    Model(directory: "deberta-v1/model", expected: "deberta-v1", hasSegments: true),
    Model(directory: "deberta-v1/tokenizer_json", expected: "deberta-v1", hasSegments: true),
    Model(directory: "llama1/tokenizer_json", expected: "llama1", variant: "fast4"),
    Model(directory: "llama2/tokenizer_json", expected: "llama2", variant: "fast4"),
    Model(directory: "llama3/model", expected: "llama3"),
  ]

  @Test(arguments: models) func rows(_ model: Model) throws {
    try check(model, TokenizerLoader().load(fixture(model.directory)))
  }

  /// Expected ids: `eos_token` of each `tokenizer_config.json`, looked up in the vocabulary; BERT has none.
  @Test(arguments: [("bert", nil), ("roberta", 2), ("llama3", 350)] as [(String, Int32?)])
  func endTokens(_ model: String, _ id: Int32?) throws {
    #expect(try TokenizerLoader().load(fixture("\(model)/model")).endToken == id)
  }

  /// LLaMA-3's other file, with the special tokens of the tiny model.
  @Test func tiktoken() throws {
    try withTemporaryDirectory { directory in
      let added = try #require(JSON(contentsOf: fixture("llama3/model/tokenizer.json"))["added_tokens"]?.array)
      let decoder = JSONObject(added.compactMap { token in token["id"]?.integer.map { (String($0), token) } })
      let configuration: JSON = ["clean_up_tokenization_spaces": true, "added_tokens_decoder": .object(decoder)]
      try AtomicFile.write(configuration.text, to: "\(directory)/tokenizer_config.json")
      try AtomicFile.write(#"{"model_type": "llama"}"#, to: "\(directory)/config.json")
      let file = try MappedFile(fixture("llama3/model/original/tokenizer.model"))
      try withExtendedLifetime(file) {
        try AtomicFile.write(to: "\(directory)/tokenizer.model") { try $0.append(file.bytes) }
      }
      let tokenizer = try TokenizerLoader().load(directory)
      try check(Model(directory: directory, expected: "llama3"), tokenizer)
      try tokenizer.save(to: "\(directory)")
      try Directory.remove("\(directory)/tokenizer.model")
      try check(Model(directory: directory, expected: "llama3"), TokenizerLoader().load(directory))
    }
  }

  /// What is saved and loaded again gives the same rows, from every file that it can be loaded from.
  @Test(arguments: models) func saved(_ model: Model) throws {
    try withTemporaryDirectory { directory in
      try TokenizerLoader().load(fixture(model.directory)).save(to: directory)
      try check(model, TokenizerLoader().load(directory))
      let names = try JSON(contentsOf: "\(directory)/tokenizer_config.json")["model_input_names"]
      #expect(names?.array?.contains("token_type_ids") ?? false == model.hasSegments, "\(names?.text ?? "none")")
      #expect(!model.hasSegments || names == ["input_ids", "token_type_ids", "attention_mask"])
      for name in ["vocab.txt", "vocab.json"] { try Directory.remove("\(directory)/\(name)") }
      try check(model, TokenizerLoader().load(directory))
    }
  }

  /// transformers 5 gives DeBERTa's pairs other marks if a file names its class.
  @Test func aFileOfDebertaIsSavedForTheClassOfFiles() throws {
    try withTemporaryDirectory { directory in
      let bytes = try MappedFile.contents(of: fixture("deberta-v1/tokenizer_json/tokenizer.json"))
      try AtomicFile.write(to: "\(directory)/tokenizer.json") { try $0.append(bytes) }
      try AtomicFile.write(
        #"{"tokenizer_class": "DebertaTokenizerFast"}"#, to: "\(directory)/tokenizer_config.json")
      try Directory.create("\(directory)/saved")
      try TokenizerLoader().load(directory).save(to: "\(directory)/saved")
      let saved = try JSON(contentsOf: "\(directory)/saved/tokenizer_config.json")
      #expect(saved["tokenizer_class"] == "PreTrainedTokenizerFast")
      let model = Model(directory: "saved", expected: "deberta-v1", hasSegments: true)
      try check(model, TokenizerLoader().load("\(directory)/saved"))
    }
  }

  private func check(_ model: Model, _ tokenizer: any Tokenizer) throws {
    let expected = try JSON(contentsOf: fixture("\(model.expected)/tokenization.json"))
    for (key, count) in [("singles", 80), ("pairs", 20), ("truncation", 30)] {
      let rows = try #require(expected[key]?.array).filter {
        ($0["strategy"]?.string ?? "longest_first") == "longest_first"
      }
      #expect(rows.count == count)
      for row in rows { try check(row, model, tokenizer) }
    }
  }

  private func check(_ row: JSON, _ model: Model, _ tokenizer: any Tokenizer) throws {
    let text = try #require(row["text"]?.string)
    let expected = model.variant.flatMap { row["differs"]?[$0] } ?? row
    let encoded = tokenizer.encode(text, pair: row["pair"]?.string, maxLength: row["max_length"]?.integer)
    let ids = try #require(expected["ids"]?.array).compactMap(\.integer)
    let segments = (expected["type_ids"] ?? row["type_ids"])?.array?.compactMap(\.integer) ?? ids.map { _ in 0 }
    #expect(encoded.ids.map(Int.init) == ids, "\(text)")
    #expect(encoded.segments.map(Int.init) == segments, "\(text)")
    if let decoded = row["decoded_skip_special"]?.string, row["differs"] == nil {
      #expect(tokenizer.decode(encoded.ids) == decoded, "\(text)")
    }
  }
}
