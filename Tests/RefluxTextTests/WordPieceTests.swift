import Foundation
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxText

@Suite struct WordPieceTests {
  /// Expected texts: `tokenizers` with transformers 4's clean-up.
  @Test(arguments: [
    ("The cat sees the dog.", "the cat sees the dog."),
    (
      "I'm sure they've said it isn't; we'll see, don't you'd?",
      "i'm sure they've said it isn't ; we'll see, don't you'd?"
    ),
    ("A cheap window, in Paris!", "a cheap window, in paris!"),
    ("résumé [MASK] zzz", "resume"),
  ])
  func decodes(_ text: String, _ expected: String) throws {
    let tokenizer = try WordPieceTokenizer(directory: fixture("bert/model"))
    #expect(tokenizer.decode(tokenizer.encode(text, pair: nil, maxLength: nil).ids) == expected)
  }

  @Test(arguments: ["bert/model", "tokenizers/bert-cased"])
  func whatIsSavedLoadsAsTheSame(_ model: String) throws {
    let original = try WordPieceTokenizer(directory: fixture(model))
    try withTemporaryDirectory { directory in
      try original.save(to: directory)
      let files = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
      #expect(files == ["special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt"])
      let whole = try WordPieceTokenizer(directory: directory)
      #expect(whole.settings == original.settings)
      #expect(whole.vocabulary.tokens == original.vocabulary.tokens)
      try FileManager.default.removeItem(atPath: "\(directory)/vocab.txt")
      let fromJSON = try TokenizerLoader().load(directory)
      #expect(fromJSON.modelMaxLength == original.modelMaxLength)
      let text = "Anna's résumé [SEP] 123"
      #expect(fromJSON.encode(text, pair: text, maxLength: 9) == original.encode(text, pair: text, maxLength: 9))
    }
  }

  /// The parts of the tokenizer.json that we write, against the one that transformers 4 wrote.
  @Test func tokenizerFileIsTheReferences() throws {
    try withTemporaryDirectory { directory in
      try WordPieceTokenizer(directory: fixture("bert/model")).save(to: directory)
      let ours = try JSON(contentsOf: "\(directory)/tokenizer.json")
      let theirs = try JSON(contentsOf: fixture("bert/tokenizer_json/tokenizer.json"))
      let keys = ["version", "truncation", "padding", "normalizer", "pre_tokenizer", "post_processor", "decoder"]
      for key in keys { #expect(sorted(ours[key]) == sorted(theirs[key]), "\(key)") }
      #expect(sorted(ours["added_tokens"]) == sorted(theirs["added_tokens"]))
      #expect(sorted(ours["model"]) == sorted(theirs["model"]))
    }
  }

  @Test func configurationDecidesTheNormalization() throws {
    let vocabulary = Vocabulary(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "É", "é", "E", "e", "日", "本", "日本"])
    func ids(_ change: (inout WordPieceSettings) -> Void) throws -> [Int32] {
      var settings = WordPieceSettings()
      change(&settings)
      return try WordPieceTokenizer(vocabulary, settings).pieces("É 日本")
    }
    #expect(try ids { _ in } == [8, 9, 10])
    #expect(try ids { $0.stripsAccents = false } == [6, 9, 10])
    #expect(try ids { $0.lowercases = false } == [5, 9, 10])
    #expect(try ids { ($0.lowercases, $0.stripsAccents) = (false, true) } == [7, 9, 10])
    #expect(try ids { $0.splitsIdeographs = false } == [8, 11])
  }

  @Test func vocabularyOfWordsSpellsWhatItDoesNotKnow() throws {
    let vocabulary = Vocabulary(words: ["dog", "cat", "dog"])
    #expect(Array(vocabulary.tokens.prefix(7)) == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "dog", "cat"])
    #expect(Array(vocabulary.tokens.dropFirst(7).prefix(4)) == ["a", "##a", "c", "##c"])
    let tokenizer = try WordPieceTokenizer(vocabulary)
    #expect(tokenizer.pieces("Dog god x").map { vocabulary.tokens[Int($0)] } == ["dog", "g", "##o", "##d", "[UNK]"])
  }

  @Test func keepsTheLongerTextsOddToken() {
    #expect(keptLengths(10, 10, limit: 5) == (2, 3))
    #expect(keptLengths(11, 10, limit: 5) == (3, 2))
    #expect(keptLengths(2, 10, limit: 5) == (2, 3))
    #expect(keptLengths(10, 1, limit: 5) == (4, 1))
    #expect(keptLengths(3, 3, limit: 0) == (0, 0))
    #expect(keptLengths(.max / 4, 1, limit: .max) == (.max / 4, 1))
  }
}
