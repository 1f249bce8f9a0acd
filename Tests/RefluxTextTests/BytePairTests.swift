import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxText

@Suite struct BytePairTests {
  /// The parts of the tokenizer.json that we write, against the one that transformers 4 wrote.
  @Test(arguments: ["roberta", "deberta-v1"]) func tokenizerFileIsTheReferences(_ model: String) throws {
    try withTemporaryDirectory { directory in
      try TokenizerLoader().load(fixture("\(model)/model")).save(to: directory)
      let names = try Directory.names(in: directory)
      #expect(
        names == ["merges.txt", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.json"])
      let ours = try JSON(contentsOf: "\(directory)/tokenizer.json")
      let theirs = try JSON(contentsOf: fixture("\(model)/tokenizer_json/tokenizer.json"))
      for key in ["added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder"] {
        #expect(sorted(ours[key]) == sorted(theirs[key]), "\(key)")
      }
      for key in ["vocab", "merges"] { #expect(sorted(ours["model"]?[key]) == sorted(theirs["model"]?[key]), "\(key)") }
      for name in ["vocab.json"] {
        let (ours, theirs) = (
          try JSON(contentsOf: "\(directory)/\(name)"), try JSON(contentsOf: fixture("\(model)/model/\(name)"))
        )
        #expect(sorted(ours) == sorted(theirs))
      }
      #expect(
        try lines("\(directory)/merges.txt").dropFirst() == lines(fixture("\(model)/model/merges.txt")).dropFirst())
    }
  }

  private func lines(_ path: String) throws -> [String] {
    let reader = try LineReader(path)
    var lines: [String] = []
    while let line = try reader.next() { lines.append(line) }
    return lines
  }

  /// LLaMA-3's special tokens: ids of Meta's `tokenizer.py`, seen from the number of ranks.
  @Test func ranksBringTheirSpecialTokens() throws {
    #expect(Tiktoken.specialNames.count == 256)
    let expected = [
      0: "<|begin_of_text|>", 1: "<|end_of_text|>", 2: "<|reserved_special_token_0|>", 6: "<|start_header_id|>",
      7: "<|end_header_id|>", 8: "<|reserved_special_token_4|>", 9: "<|eot_id|>", 10: "<|reserved_special_token_5|>",
      255: "<|reserved_special_token_250|>",
    ]
    for (place, name) in expected { #expect(Tiktoken.specialNames[place] == name) }
    let tokenizer = try TokenizerLoader().load(fixture("llama3/model/original"))
    #expect(tokenizer.vocabularySize == 349 + 256)
    #expect(tokenizer.encode("<|eot_id|>", pair: nil, maxLength: nil).ids == [349, 358])
  }

  /// Half a character is U+FFFD, as in Python's `bytes.decode(errors="replace")`.
  @Test func decodesBytesThatAreNoText() throws {
    let tokenizer = try TokenizerLoader().load(fixture("llama3/model"))
    // The first 256 ranks of the tiny model are the bytes.
    #expect(tokenizer.decode([0xE6, 0x97, 0xA5]) == "日")
    #expect(tokenizer.decode([0xE6, 0x97]) == "\u{FFFD}")
    #expect(tokenizer.decode([0x41, 0xE6, 0x97, 0x42]) == "A\u{FFFD}B")
    #expect(tokenizer.decode([0xFF, 0xF0, 0x9F, 0x98]) == "\u{FFFD}\u{FFFD}")
  }

  /// Words longer than the cache takes, and so many that it is emptied, come out as the first time.
  @Test func forgettingWordsChangesNothing() throws {
    let tokenizer = try TokenizerLoader().load(fixture("roberta/model"))
    let long = String(repeating: "thecat", count: 300)
    let before = tokenizer.encode(long + " the cat sees", pair: nil, maxLength: nil)
    for number in 0..<40_000 { _ = tokenizer.encode(" x\(number)y", pair: nil, maxLength: nil) }
    #expect(tokenizer.encode(long + " the cat sees", pair: nil, maxLength: nil) == before)
    let bytes = tokenizer.decode(before.ids)
    #expect(bytes == long + " the cat sees")
  }
}
