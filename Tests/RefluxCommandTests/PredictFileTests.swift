import Foundation
import RefluxIO
import RefluxTesting
import Testing

/// Files that `reflux predict` reads and writes: broken rows, blank lines, long rows, pipes.
@Suite struct PredictFileTests {
  private let bench: PredictBench
  init() throws { bench = try PredictBench() }

  static let broken: [(String, String)] = [
    ("[1]", "wants an object, but is a list"),
    ("{", "not valid JSON: wants a key in double quotes, found the end of the text (column 2)"),
    (#"{"txt": "a"}"#, "wants 'text' or 'input_ids', has 'txt'"),
    (#"{"text": 3}"#, "'text' wants a text, but is an integer"),
    (#"{"text": "a", "input_ids": [2]}"#, "has 'text' and 'input_ids'; wants one of them"),
    (
      #"{"text": "a", "choices": ["b", "c"]}"#,
      "'choices' is for a model that picks one of several texts; here a row is one text or a pair"
    ),
    (#"{"input_ids": [2, 1.5]}"#, "'input_ids' wants a list of integers, but has 1.5"),
    (#"{"input_ids": [2, 340]}"#, "has the token id 340, which is outside 0 to 339"),
    (#"{"input_ids": []}"#, "has no tokens"),
    (#"{"input_ids": [2, 3], "token_type_ids": [0]}"#, "has 2 token ids, but 1 token type ids"),
  ]

  @Test(arguments: broken) func aBrokenRowIsNamedAndNothingIsWritten(_ row: String, _ message: String) throws {
    try withTemporaryDirectory { directory in
      let (input, output) = ("\(directory)/in.jsonl", "\(directory)/out.jsonl")
      try AtomicFile.write("old", to: output)
      try AtomicFile.write(#"{"text": "the cat", "text_pair": null}"# + "\n" + row, to: input)
      let outcome = try Program.run(["predict", "--model", bench.model, "--input", input, "--output", output])
      #expect(outcome == Program.Outcome(code: 1, output: "", errors: "error: \(input):2: \(message)\n"))
      let left = try Directory.names(in: directory)
      #expect(left == ["in.jsonl", "out.jsonl"])
      #expect(try String(contentsOfFile: output, encoding: .utf8) == "old")
    }
  }

  // Each line out answers the line in the same place.
  @Test func blankLinesAreRefused() throws {
    let row = #"{"text": "the cat", "text_pair": null}"# + "\n"
    let complaint = "error: standard input:2: is blank, and every line wants a row\n"
    #expect(try bench.predict(row + " \n\n" + row).errors == complaint)
    #expect(try jsonLines(bench.predict(row + row + "\n").output).count == 2)
    try withTemporaryDirectory { directory in
      try AtomicFile.write("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\n", to: "\(directory)/vocab.txt")
      let arguments = ["tokenize", "--model", directory, "--input", "-", "--output", "-"]
      #expect(try Program.run(arguments, input: row + "\n" + row).errors == complaint)
    }
  }

  @Test func filesAreReplacedAndPipesAreNot() throws {
    try withTemporaryDirectory { directory in
      let (file, wanted) = ("\(directory)/out.jsonl", try bench.predict(bench.rows).output)
      let arguments = ["predict", "--model", bench.model, "--input", "-", "--threads", "1", "--output"]
      #expect(try Program.run(arguments + [file], input: bench.rows).code == 0)
      #expect(try String(contentsOfFile: file, encoding: .utf8) == wanted)
      #expect(try Program.run(arguments + ["/dev/stdout"], input: bench.rows).output == wanted)
    }
  }

  @Test func longRowsAreCutAndCounted() throws {
    let words = Array(repeating: "cat", count: 70).joined(separator: " ")
    let outcome = try bench.predict("{\"text\": \"\(words)\"}\n{\"text\": \"cat\"}\n")
    #expect(
      outcome.errors == "note: 1 of 2 rows were longer than 64 tokens and have been truncated\n" && outcome.code == 0)
    let cut = Array(repeating: "cat", count: 62).joined(separator: " ")
    let same = try bench.predict("{\"text\": \"\(cut)\"}\n{\"text\": \"cat\"}\n")
    #expect(same.output == outcome.output && same.errors.isEmpty)
  }
}
