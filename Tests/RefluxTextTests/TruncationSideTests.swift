import Foundation
import RefluxIO
import RefluxTesting
import RefluxText
import Testing

/// `truncation_side: left` against the ids of transformers' fast tokenizers.
@Suite struct TruncationSideTests {
  /// A copy of a model's tokenizer with changes in one of its JSON files.
  private func edited(
    _ model: String, in directory: String, _ value: JSON, of key: String = "truncation_side",
    file: String = "tokenizer_config.json"
  ) throws -> String {
    let path = "\(directory)/\(model)"
    try FileManager.default.copyItem(atPath: fixture("\(model)/model"), toPath: path)
    var fields = try #require(JSON(contentsOf: "\(path)/\(file)").object)
    fields[key] = value
    try AtomicFile.write(JSON.object(fields).text, to: "\(path)/\(file)")
    return path
  }

  private func check(_ path: String, _ model: String) throws {
    let tokenizer = try TokenizerLoader().load(path)
    let rows = try #require(JSON(contentsOf: fixture("tokenizers/truncation_left.json"))[model]?.array)
    #expect(rows.count == 30)
    for row in rows {
      let text = try #require(row["text"]?.string)
      let encoded = tokenizer.encode(text, pair: row["pair"]?.string, maxLength: row["max_length"]?.integer)
      #expect(encoded.ids.map(Int.init) == row["ids"]?.array?.compactMap(\.integer), "\(row)")
    }
  }

  @Test(arguments: ["bert", "roberta", "albert", "deberta-v3", "llama2", "llama3"])
  func textsLoseTheirBeginning(_ model: String) throws {
    try withTemporaryDirectory { directory in
      let path = try edited(model, in: directory, "left")
      try check(path, model)
      // What is saved says so too.
      try Directory.create("\(directory)/saved")
      try TokenizerLoader().load(path).save(to: "\(directory)/saved")
      try check("\(directory)/saved", model)
    }
  }

  /// `tokenizer.json` may say it, and `tokenizer_config.json` has the last word.
  @Test func theTokenizersFileIsObeyed() throws {
    try withTemporaryDirectory { directory in
      let settings: JSON = ["direction": "Left", "max_length": 8, "strategy": "LongestFirst", "stride": 0]
      let path = try edited("llama3", in: directory, settings, of: "truncation", file: "tokenizer.json")
      try check(path, "llama3")
      let right = try edited("llama3", in: "\(directory)/llama3", "right")
      try FileManager.default.removeItem(atPath: "\(right)/tokenizer.json")
      try FileManager.default.copyItem(atPath: "\(path)/tokenizer.json", toPath: "\(right)/tokenizer.json")
      let (plain, text) = (try TokenizerLoader().load(fixture("llama3/model")), "one two three four five six")
      #expect(
        try TokenizerLoader().load(right).encode(text, pair: nil, maxLength: 4)
          == plain.encode(text, pair: nil, maxLength: 4))
    }
  }

  @Test func otherSidesAreRefused() throws {
    try withTemporaryDirectory { directory in
      let path = try edited("bert", in: directory, "middle")
      #expect(
        thrownMessage { try TokenizerLoader().load(path) }
          == "\(path)/tokenizer_config.json: 'truncation_side' wants left or right, but is 'middle'")
    }
  }
}
