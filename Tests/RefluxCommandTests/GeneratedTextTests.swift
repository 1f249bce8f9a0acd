import RefluxIO
import RefluxTesting
import RefluxText
import Testing

/// The texts of `reflux generate` with a tiny LLaMA of the fixtures and its SentencePiece tokenizer.
@Suite struct GeneratedTextTests {
  private let model = fixture("llama2/model")
  private let generation: JSON
  init() throws {
    generation = try #require(JSON(contentsOf: fixture("llama2/expected.json"))["generation"])
  }

  private func tokens(_ key: String) throws -> [[Int32]] {
    try #require(generation[key]?.array).map { numbers($0).map { Int32($0) } }
  }

  private func generate(_ rows: String, _ more: String...) throws -> Program.Outcome {
    try Program.run(
      ["generate", "--model", model, "--input", "-", "--max-new-tokens", "20", "--threads", "1"] + more, input: rows)
  }

  private func made(_ output: String) throws -> [(text: String, ids: [Int32])] {
    try output.split(separator: "\n").map { line in
      let row = try JSON(parsing: line.utf8, name: "output")
      return (try #require(row["text"]?.string), numbers(row["output_ids"]).map { Int32($0) })
    }
  }

  /// The second prompt of the fixtures with the first token behind it: the next one is `▁h`.
  private func beforeASpace() throws -> [Int32] { try tokens("prompts")[1] + [tokens("tokens")[1][0]] }

  /// A prompt's text and the new text are the text of all tokens, space between them included.
  @Test func textsGoOnFromTheirPrompts() throws {
    let prompts = try tokens("prompts") + [beforeASpace()]
    let outcome = try generate(prompts.map { "{\"input_ids\": \($0)}\n" }.joined())
    #expect(outcome.code == 0, "\(outcome.errors)")
    let (rows, tokenizer) = (try made(outcome.output), try TokenizerLoader().load(model))
    #expect(try rows.prefix(3).map { $0.ids } == tokens("tokens") && rows.count == 4)
    for (prompt, row) in zip(prompts, rows) {
      #expect(tokenizer.decode(prompt) + row.text == tokenizer.decode(prompt + row.ids))
    }
    #expect(rows[3].text.hasPrefix(" hL"))
  }

  /// The text ends before a stop text, and the tokens behind it.
  @Test func stopTextsEndRows() throws {
    let outcome = try generate("{\"input_ids\": \(beforeASpace())}", "--stop", "nothing", "--stop", "hL")
    let (row, wanted) = (try #require(made(outcome.output).first), try tokens("tokens")[1])
    #expect(row.text == " " && row.ids == Array(wanted[1...2]))
  }

  /// A row that nothing is scored of has a likelihood of 0, not of -0.
  @Test func nothingScoredIsNoNegativeNumber() throws {
    let outcome = try Program.run(
      ["score", "--model", model, "--input", "-", "--threads", "1"],
      input: "{\"input_ids\": [1, 5], \"labels\": [-100, -100]}\n{\"input_ids\": [1]}\n")
    #expect(
      outcome.output
        == String(repeating: #"{"log_likelihood": 0.0, "tokens": 0, "greedy": true}"# + "\n", count: 2))
  }
}
