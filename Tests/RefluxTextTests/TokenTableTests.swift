import RefluxCore
import RefluxIO
import RefluxTesting
import RefluxText
import Testing

/// The same token for each id, whichever of a model's files it was read from; the files are the reference's.
@Suite struct TokenTableTests {
  private func tokens(_ directory: String) throws -> [String?] {
    let tokenizer = try TokenizerLoader().load(directory)
    #expect(tokenizer.token(-1) == nil && tokenizer.token(Int32(tokenizer.vocabularySize)) == nil)
    return (0..<Int32(tokenizer.vocabularySize)).map(tokenizer.token)
  }

  @Test(arguments: ["bert", "roberta", "deberta-v1", "llama1", "llama2"]) func filesAgree(_ model: String) throws {
    let (file, vocabulary) = try (tokens(fixture("\(model)/tokenizer_json")), tokens(fixture("\(model)/model")))
    #expect(file == vocabulary && file.compactMap { $0 }.count > 100)
  }

  @Test(arguments: [("albert", 2, "[CLS]"), ("deberta-v3", 3, "[UNK]"), ("llama3", 350, "<|end_of_text|>")])
  func marks(_ model: String, _ id: Int32, _ token: String) throws {
    #expect(try TokenizerLoader().load(fixture("\(model)/model")).token(id) == token)
  }
}
