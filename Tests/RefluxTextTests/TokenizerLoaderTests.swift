import Foundation
import RefluxIO
import RefluxTesting
import RefluxText
import Testing

/// What a user reads when a model directory has no usable tokenizer.
@Suite struct TokenizerLoaderTests {
  private func message(_ files: [String: String]) throws -> String? {
    try withTemporaryDirectory { directory in
      for (name, text) in files { try AtomicFile.write(text, to: "\(directory)/\(name)") }
      let error = #expect(throws: FileError.self) { _ = try TokenizerLoader().load(directory) }
      return error?.description.replacingOccurrences(of: directory, with: "DIR")
    }
  }

  @Test func noDirectory() {
    let error = #expect(throws: FileError.self) { _ = try TokenizerLoader().load("nowhere/at-all") }
    #expect(error?.description == "nowhere/at-all: there is no such directory to load a tokenizer from")
  }

  @Test func noTokenizerFiles() throws {
    #expect(
      try message(["config.json": #"{"model_type": "bert"}"#, "model.safetensors": ""])
        == "DIR: has no tokenizer: wants vocab.txt or tokenizer.json, has config.json, model.safetensors")
    #expect(
      try message([:])
        == "DIR: has no tokenizer: wants vocab.txt or vocab.json and merges.txt or spiece.model or spm.model or "
        + "tokenizer.model or tokenizer.json, has no files")
  }

  @Test func unknownClass() throws {
    #expect(
      try message(["tokenizer_config.json": #"{"tokenizer_class": "FunnelTokenizer"}"#, "vocab.txt": "a"])
        == "DIR/tokenizer_config.json: no tokenizer is called 'FunnelTokenizer'; there are: AlbertTokenizer, "
        + "BertTokenizer, DebertaTokenizer, DebertaV2Tokenizer, DistilBertTokenizer, ElectraTokenizer, LlamaTokenizer, "
        + "MobileBertTokenizer, RobertaTokenizer")
    #expect(
      try message(["config.json": #"{"model_type": "t5"}"#, "vocab.txt": "a"])
        == "DIR/config.json: no tokenizer goes with the model type 't5'; there are some for: albert, bert, "
        + "deberta, deberta-v2, distilbert, electra, llama, mobilebert, roberta")
  }

  @Test func brokenVocabulary() throws {
    #expect(try message(["vocab.txt": ""]) == "DIR/vocab.txt: is empty")
    #expect(try message(["vocab.txt": "[PAD]\n[UNK]\n[CLS]\n"]) == "DIR/vocab.txt: has no token '[SEP]'")
  }

  @Test func wrongKindOfValue() throws {
    #expect(
      try message(["tokenizer_config.json": #"{"do_lower_case": "yes"}"#, "vocab.txt": "a"])
        == "DIR/tokenizer_config.json: 'do_lower_case' wants true or false, but is a text")
    let added = #"{"added_tokens_decoder": {"x": {"content": "<x>"}}}"#
    #expect(
      try message(["tokenizer_config.json": added, "vocab.txt": "a"])
        == "DIR/tokenizer_config.json: 'added_tokens_decoder.x' wants a token id as its key")
    #expect(
      try message(["added_tokens.json": #"{"<x>": -1}"#, "vocab.txt": "a"])
        == "DIR/added_tokens.json: '<x>' wants a token id")
  }
}
