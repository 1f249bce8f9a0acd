import Foundation
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxText

/// What options and added tokens do, against transformers 4 (`scripts/sentencepiece_options.py`).
@Suite struct SentencePieceOptionsTests {
  static let cases: [JSON] = {
    (try? JSON(contentsOf: fixture("tokenizers/sentencepiece_options.json")))?["cases"]?.array ?? []
  }()

  /// Loads a directory with a model file under its own name and a configuration.
  private func load(_ model: String, as file: String, _ configuration: JSON) throws -> SentencePieceTokenizer {
    try withTemporaryDirectory { directory in
      try FileManager.default.copyItem(atPath: fixture(model), toPath: "\(directory)/\(file)")
      try AtomicFile.write(configuration.indented(), to: "\(directory)/tokenizer_config.json")
      return try #require(TokenizerLoader().load(directory) as? SentencePieceTokenizer)
    }
  }

  @Test func thereAreCases() { #expect(Self.cases.count == 31) }

  @Test(arguments: 0..<31) func giveTheReferencesIDs(_ number: Int) throws {
    let item = Self.cases[number]
    let (model, file) = (try #require(item["model"]?.string), try #require(item["file"]?.string))
    let tokenizer = try load(model, as: file, try #require(item["configuration"]))
    #expect(tokenizer.vocabularySize == item["vocabulary"]?.integer)
    for row in try #require(item["rows"]?.array) {
      let text = try #require(row["text"]?.string)
      let ids = try #require(row["ids"]?.array).compactMap(\.integer).map(Int32.init)
      #expect(tokenizer.encode(text, pair: nil, maxLength: nil).ids == ids, "\(text.debugDescription)")
      let (whole, skipped) = (tokenizer.decode(ids, skippingSpecial: false), tokenizer.decode(ids))
      #expect(row["decoded"]?.string.map { Array($0.utf8) } == Array(whole.utf8), "\(text): \(whole)")
      let expected = row["decoded_skip_special"]?.string
      #expect(expected.map { Array($0.utf8) } == Array(skipped.utf8), "\(text): \(skipped)")
    }
  }

  /// LLaMA's text is encoded word by word; the library is given the whole.
  @Test func wordsGiveTheLibrarysIDs() throws {
    let path = fixture("llama1/model/tokenizer.model")
    let processor = try SentencePieceProcessor(contentsOf: path)
    let text = try LlamaText(MappedFile.contents(of: path), path: path, isLegacy: true, unknown: "<unk>")
    var random = SplitMix(state: 7)
    let letters = Array(" \u{2581}the cat sdogin\n\u{e9}\u{65e5}\u{0}".unicodeScalars)
    for _ in 0..<3000 {
      var string = ""
      for _ in 0..<random.next(below: 30) { string.unicodeScalars.append(letters[random.next(below: letters.count)]) }
      var ids: [Int32] = []
      Array(string.utf8).withUnsafeBufferPointer { if !$0.isEmpty { text.append($0, isFirst: true, to: &ids) } }
      #expect(ids == processor.encode(string), "\(string)")
    }
  }

  private struct SplitMix {
    var state: UInt64
    mutating func next(below bound: Int) -> Int {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
      return Int((z ^ z >> 31) % UInt64(bound))
    }
  }

  /// Text that goes on after other text gets no space in front: prompt and answer are the ids of both together.
  @Test(arguments: ["llama1", "llama2"]) func textGoesOn(_ model: String) throws {
    let tokenizer = try TokenizerLoader().load(fixture("\(model)/model"))
    #expect(tokenizer.endToken == 2)
    for (prompt, answer) in [("The cat sees", " the dog."), ("a\n", "b"), ("", "x y"), ("Q:", "")] {
      let whole = tokenizer.encode(prompt + answer, pair: nil, maxLength: nil).ids
      let parts = tokenizer.encode(prompt, pair: nil, maxLength: nil).ids + tokenizer.encode(continuing: answer)
      let isSame = prompt.isEmpty ? parts != whole : parts == whole
      #expect(isSame, "\(prompt)|\(answer)")
      #expect(tokenizer.decode(parts) == prompt + answer)
    }
  }

  @Test func namesWhatIsMissing() throws {
    let path = fixture("llama1/model/tokenizer.model")
    #expect(
      thrownMessage { try load("llama1/model/tokenizer.model", as: "tokenizer.model", ["bos_token": 3]) }?
        .hasSuffix("tokenizer_config.json: 'bos_token' wants a text, but is an integer") == true)
    let bytes = try MappedFile.contents(of: path)
    #expect(SentencePieceSpecification(bytes).algorithm == .bpe)
    #expect(SentencePieceSpecification(bytes).addsSpace)
    #expect(!SentencePieceSpecification(bytes + SentencePieceSpecification.withoutAddedSpace).addsSpace)
    #expect(SentencePieceSpecification([0x12, 0xFF]) == SentencePieceSpecification([]))
  }
}
