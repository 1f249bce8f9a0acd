import RefluxCore
import RefluxIO
import RefluxTesting
import RefluxText
import Testing

/// Small tokenizers of every part that a `tokenizer.json` can have, against Hugging Face `tokenizers`
/// (`Tests/Fixtures/scripts/tokenizer_components.py`).
@Suite struct TokenizerComponentTests {
  @Test func everyPartIsTheReferences() throws {
    let cases = try #require(JSON(contentsOf: fixture("tokenizers/components.json"))["cases"]?.array)
    #expect(cases.count == 81)
    for example in cases {
      let name = example["name"]?.string ?? ""
      try withTemporaryDirectory { directory in
        try AtomicFile.write(try #require(example["tokenizer"]).text, to: "\(directory)/tokenizer.json")
        let tokenizer = try TokenizerLoader().load(directory)
        try check(example, name, tokenizer)
        // And once more from what is written.
        try tokenizer.save(to: directory)
        try check(example, name + ", saved", TokenizerLoader().load(directory))
      }
    }
  }

  private func check(_ example: JSON, _ name: String, _ tokenizer: any Tokenizer) throws {
    for row in try #require(example["rows"]?.array).compactMap(\.array) {
      let text = try #require(row[0].string)
      let encoded = tokenizer.encode(text, pair: nil, maxLength: nil)
      #expect(encoded.ids.map(Int.init) == row[1].array?.compactMap(\.integer), "\(name): \(text.debugDescription)")
      #expect(tokenizer.decode(encoded.ids) == row[2].string, "\(name): \(text.debugDescription)")
    }
    for row in (example["pairs"]?.array ?? []).compactMap(\.array) {
      let (first, second) = (try #require(row[0].string), try #require(row[1].string))
      let encoded = tokenizer.encode(first, pair: second, maxLength: row[2].integer)
      #expect(encoded.ids.map(Int.init) == row[3].array?.compactMap(\.integer), "\(name): \(row)")
      #expect(encoded.segments.map(Int.init) == row[4].array?.compactMap(\.integer), "\(name): \(row)")
    }
  }
}
