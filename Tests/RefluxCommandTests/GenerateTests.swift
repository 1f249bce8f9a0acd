import Foundation
import RefluxIO
import RefluxTesting
import Testing

/// `reflux generate`: the contract for programs, against what transformers' greedy search finds.
@Suite struct GenerateTests {
  private let expected: JSON
  private let model = fixture("llama2/model")
  init() throws { expected = try #require(JSON(contentsOf: fixture("llama2/expected.json"))["generation"]) }

  private func ids(_ json: JSON?) throws -> [[Int]] {
    try #require(json?.array).map { ($0.array ?? []).compactMap(\.integer) }
  }

  /// The fixtures' prompts, a row each.
  private var rows: String {
    get throws { try ids(expected["prompts"]).map { "{\"input_ids\": \($0)}\n" }.joined() }
  }

  private func generate(
    _ input: String, model: String? = nil, _ more: String...
  ) throws -> Program.Outcome {
    try Program.run(
      ["generate", "--model", model ?? self.model, "--input", "-", "--output", "-", "--threads", "1"]
        + ["--max-new-tokens", "20"] + more, input: input)
  }

  @Test(arguments: ["1", "8"]) func greedyTokensAreThoseOfTransformers(_ batchSize: String) throws {
    let outcome = try generate(rows, "--batch-size", batchSize)
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    let made = try jsonLines(outcome.output)
    #expect(made.allSatisfy { $0.object?.keys == ["text", "output_ids"] })
    let wanted = try ids(expected["tokens"])
    let found = try made.map { try ids(.array([#require($0["output_ids"])]))[0] }
    #expect(found == wanted)
  }

  /// The same model with another end token, of which the fixtures say where it falls.
  @Test func endTokensAreObeyedUnlessTheyAreIgnored() throws {
    try withTemporaryDirectory { directory in
      let (other, files) = ("\(directory)/model", FileManager.default)
      try files.copyItem(atPath: model, toPath: other)
      let ending = try #require(expected["with_eos"])
      let end = try #require(ending["eos_token_id"]?.integer)
      var configuration = try #require(JSON(contentsOf: "\(other)/config.json").object)
      configuration["eos_token_id"] = .integer(end)
      try AtomicFile.write(JSON.object(configuration).text, to: "\(other)/config.json")
      let stopped = try ids(ending["tokens"]).map { row in
        row.firstIndex(of: end).map { Array(row.prefix($0 + 1)) } ?? row
      }
      func made(_ more: String...) throws -> [[Int]] {
        let outcome = try Program.run(
          ["generate", "--model", other, "--input", "-", "--threads", "1", "--max-new-tokens", "20"] + more,
          input: rows)
        return try jsonLines(outcome.output).map { try ids(.array([#require($0["output_ids"])]))[0] }
      }
      let wanted = try ids(expected["tokens"])
      #expect(try made() == stopped)
      #expect(stopped != wanted)
      #expect(try made("--ignore-eos") == wanted)
    }
  }

  @Test func promptsFilesAndPipes() throws {
    try withTemporaryDirectory { directory in
      let (input, output) = ("\(directory)/in.jsonl", "\(directory)/out.jsonl")
      let row = #"{"prompt": "the cat", "id": 7}"# + "\n"
      try AtomicFile.write(row + row, to: input)
      let arguments = ["generate", "--model", model, "--threads", "1", "--max-new-tokens", "5"]
      let written = try Program.run(arguments + ["--input", input, "--output", output])
      #expect(written == Program.Outcome(code: 0, output: "", errors: ""))
      let (file, piped) = (
        try String(contentsOfFile: output, encoding: .utf8), try Program.run(arguments + ["--input", "-"], input: row)
      )
      #expect(file == piped.output + piped.output)
      // One prompt by itself is the same row.
      #expect(try Program.run(arguments + ["--prompt", "the cat"]) == piped)
      #expect(try Program.run(arguments + ["--input", "-"], input: "") == .init(code: 0, output: "", errors: ""))
    }
  }

  /// On a terminal there is text and no JSON: the prompt, and the new text as it comes.
  @Test func streamsOnATerminal() throws {
    let arguments = ["generate", "--model", model, "--threads", "1", "--max-new-tokens", "8", "--prompt", "the cat"]
    let text = try #require(jsonLines(Program.run(arguments).output)[0]["text"]?.string)
    let shown = try Program.runOnTerminal(arguments)
    #expect(shown.code == 0 && shown.errors.isEmpty)
    #expect(shown.output.replacing("\r\n", with: "\n") == "the cat" + text + "\n")
    // A text that ends the row is not shown, nor is its beginning.
    let stop = String(text.dropFirst(text.count / 2).prefix(2))
    let kept = try #require(text.firstRange(of: stop)).lowerBound
    let stopped = try Program.runOnTerminal(arguments + ["--stop", stop])
    #expect(stopped.output.replacing("\r\n", with: "\n") == "the cat" + text[..<kept] + "\n")
  }

  static let broken: [(String, String)] = [
    ("[1]", "wants an object, but is a list"), ("{}", "wants 'prompt' or 'input_ids'"),
    ("{", "not valid JSON: wants a key in double quotes, found the end of the text (column 2)"),
    (#"{"prompt": "a", "input_ids": [1]}"#, "has 'prompt' and 'input_ids'; wants one of them"),
    (#"{"prompt": 3}"#, "'prompt' wants a text, but is an integer"),
    (#"{"input_ids": [1, 1.5]}"#, "'input_ids' wants a list of integers, but has 1.5"),
    (#"{"input_ids": [1, 400]}"#, "has the token id 400, which is outside 0 to 399"),
    (#"{"input_ids": []}"#, "has no tokens to go on with"),
    (
      #"{"prompt": "\#([String](repeating: "a", count: 150).joined(separator: " "))"}"#,
      "has 151 tokens and leaves no room for more: the model reads 128"
    ),
    (
      #"{"input_ids": [\#([String](repeating: "5", count: 128).joined(separator: ","))]}"#,
      "has 128 tokens and leaves no room for more: the model reads 128"
    ),
  ]

  @Test(arguments: broken) func aBrokenRowIsNamedAndNothingIsWritten(_ row: String, _ message: String) throws {
    try withTemporaryDirectory { directory in
      let (input, output) = ("\(directory)/in.jsonl", "\(directory)/out.jsonl")
      try AtomicFile.write("old", to: output)
      try AtomicFile.write(#"{"prompt": "the cat"}"# + "\n" + row, to: input)
      let outcome = try Program.run(["generate", "--model", model, "--input", input, "--output", output])
      #expect(outcome == Program.Outcome(code: 1, output: "", errors: "error: \(input):2: \(message)\n"))
      #expect(try String(contentsOfFile: output, encoding: .utf8) == "old")
    }
  }

  static let mistakes: [([String], String)] = [
    (["--prompt", "a", "--input", "-"], "give --input FILE or --prompt TEXT"),
    ([], "give --input FILE or --prompt TEXT"),
    (["--prompt", "a", "--top-p", "0"], "top_p must be above 0 and at most 1, but is 0.0"),
    (["--prompt", "a", "--max-new-tokens", "0"], "max_new_tokens must be at least 1, but is 0"),
    (["--prompt", "a", "--stop", ""], "a stop text must not be empty"),
  ]

  @Test(arguments: mistakes) func wrongArgumentsAreExplained(_ arguments: [String], _ message: String) throws {
    let outcome = try Program.run(["generate", "--model", model] + arguments)
    #expect(outcome.code == 2 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("error: \(message)\n"))
  }

  @Test func encodersMakeNoText() throws {
    let encoder = fixture("bert/model")
    let outcome = try Program.run(["generate", "--model", encoder, "--prompt", "a"])
    #expect(
      outcome
        == Program.Outcome(
          code: 1, output: "", errors: "error: \(encoder) is an encoder; its answers come from reflux predict\n"))
  }
}
