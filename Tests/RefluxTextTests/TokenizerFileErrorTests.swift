import Foundation
import RefluxIO
import RefluxTesting
import RefluxText
import Testing

/// What a user reads when tokenizer files are broken or ask for what is not there.
@Suite struct TokenizerFileErrorTests {
  private func message(_ files: [String: String]) throws -> String? {
    try withTemporaryDirectory { directory in
      for (name, text) in files { try AtomicFile.write(text, to: "\(directory)/\(name)") }
      let error = #expect(throws: FileError.self) { _ = try TokenizerLoader().load(directory) }
      return error?.description.replacingOccurrences(of: directory, with: "DIR")
    }
  }

  private static let model = #""model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}"#

  @Test(arguments: [
    (
      #""normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Upper"}]}"#,
      "'normalizer.normalizers[1].type' has the value 'Upper', which is not known; there are: Sequence, BertNormalizer, "
        + "NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents, Replace, Prepend, Precompiled, Nmt, ByteLevel"
    ),
    (
      #""pre_tokenizer": {"type": "UnicodeScripts"}"#,
      "'pre_tokenizer.type' has the value 'UnicodeScripts', which is not known; there are: Sequence, BertPreTokenizer, "
        + "Whitespace, WhitespaceSplit, ByteLevel, Metaspace, Split, Digits, Punctuation, CharDelimiterSplit"
    ),
    (
      #""post_processor": {"type": "Other"}"#,
      "'post_processor.type' has the value 'Other', which is not known; there are: TemplateProcessing, BertProcessing, "
        + "RobertaProcessing, ByteLevel, Sequence"
    ),
    (
      #""decoder": {"type": "CTC"}"#,
      "'decoder.type' has the value 'CTC', which is not known; there are: Sequence, ByteLevel, WordPiece, Metaspace, "
        + "ByteFallback, Fuse, Strip, Replace, BPEDecoder"
    ),
    (
      #""pre_tokenizer": {"type": "Split", "behavior": "Chopped", "pattern": {"String": "a"}}"#,
      "'pre_tokenizer.behavior' has the value 'Chopped', which is not known; there are: Removed, Isolated, Contiguous, "
        + "MergedWithPrevious, MergedWithNext"
    ),
    (
      #""pre_tokenizer": {"type": "Split", "behavior": "Removed", "pattern": {"Regex": "a\\1"}}"#,
      "'pre_tokenizer.pattern.Regex' cannot be read: '\\1' is not known at character 4"
    ),
    (
      #""pre_tokenizer": {"type": "Split", "behavior": "Removed", "pattern": {"Regex": "(a*)+"}}"#,
      "'pre_tokenizer.pattern.Regex' cannot be read: what may be empty cannot be repeated at character 6"
    ),
    (
      #""normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"}"#,
      "'normalizer.precompiled_charsmap' is not a character map in Base64"
    ),
    (
      #""post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}], "#
        + #""pair": [], "special_tokens": {}}"#,
      "'post_processor.single[0].SpecialToken.id' names '[CLS]', which 'special_tokens' has no ids for"
    ),
    (#""added_tokens": [{"id": -3, "content": "x"}]"#, "'added_tokens[0].id' wants a token id"),
    (#""added_tokens": [{"id": 3}]"#, "'added_tokens[0].content' is missing"),
    (#""normalizer": {"type": "Replace", "pattern": {"String": "a"}}"#, "'normalizer.content' is missing"),
  ])
  func parts(_ part: String, _ expected: String) throws {
    #expect(try message(["tokenizer.json": "{\(part), \(Self.model)}"]) == "DIR/tokenizer.json: " + expected)
  }

  @Test(arguments: [
    (#"{}"#, "'model' is missing"),
    (
      #"{"model": {"type": "Markov"}}"#,
      "'model.type' has the value 'Markov', which is not known; there are: WordPiece, BPE, Unigram, WordLevel"
    ),
    (#"{"model": {"type": "BPE", "vocab": {}, "merges": []}}"#, "has no tokens"),
    (
      #"{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b"]}}"#,
      "'model.merges' joins 'a' and 'b', but the vocabulary has no 'ab'"
    ),
    (
      #"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a"]}}"#, "'model.merges' wants two tokens in entry 1"
    ),
    (
      #"{"model": {"type": "BPE", "dropout": 0.1, "vocab": {"a": 0}}}"#,
      "'model.dropout' is set, which is not supported"
    ),
    (
      #"{"model": {"type": "Unigram", "unk_id": 1, "vocab": [["a", -1]]}}"#,
      "'model.unk_id' is 1, which is outside 0 to 0"
    ),
    (#"{"model": {"type": "Unigram", "vocab": [["a"]]}}"#, "'model.vocab' wants a token and its score in entry 1"),
    (#"{"model": {"type": "WordPiece", "vocab": {"a": 0}}}"#, "has no token '[UNK]'"),
    (#"{"model": {"type": "WordLevel", "vocab": {"a": -1}}}"#, "'model.vocab.a' wants a token id, but is -1"),
    (#"{"model": {"type": "WordLevel", "vocab": {"a": 0, "b": 0}}}"#, "'model.vocab.b' has the id 0, as 'a' has"),
  ])
  func models(_ file: String, _ expected: String) throws {
    #expect(try message(["tokenizer.json": file]) == "DIR/tokenizer.json: " + expected)
  }

  @Test func bytePairFiles() throws {
    let vocabulary = #"{"<s>": 0, "</s>": 1, "a": 2, "b": 3}"#
    #expect(try message(["vocab.json": "{}", "merges.txt": ""]) == "DIR/vocab.json: has no tokens")
    #expect(
      try message(["vocab.json": #"{"a": 0}"#, "merges.txt": ""]) == "DIR/vocab.json: has no token '<s>'")
    #expect(
      try message(["vocab.json": vocabulary, "merges.txt": "#version: 0.2\na b c\n"])
        == "DIR/merges.txt:2: wants two tokens and a space")
    #expect(
      try message(["vocab.json": vocabulary, "merges.txt": "#version: 0.2\n\na b\n"])
        == "DIR/merges.txt:3: joins 'a' and 'b', but the vocabulary has no 'ab'")
    #expect(
      try message(["vocab.json": vocabulary, "tokenizer_config.json": #"{"tokenizer_class": "RobertaTokenizer"}"#])
        == "DIR: has no tokenizer: wants vocab.json and merges.txt or tokenizer.json, has tokenizer_config.json, vocab.json"
    )
  }

  @Test func rankFiles() throws {
    #expect(
      try message(["tokenizer.model": "YQ== 0\nYg== 2\n"])
        == "DIR/tokenizer.model:2: has the rank 2, but 1 comes next")
    #expect(
      try message(["tokenizer.model": "YQ== 0\nY? 1\n"])
        == "DIR/tokenizer.model:2: wants a token in Base64 and its rank")
    #expect(
      try message(["tokenizer.model": "YQ== 0\n", "tokenizer_config.json": #"{"bos_token": "<s>"}"#])
        == "DIR/tokenizer_config.json: has no token '<s>'")
  }
}
