import Foundation
import RefluxIO
import RefluxTesting
import Testing

/// `reflux score` and `reflux merge`: likelihoods against what transformers and peft compute.
@Suite struct ScoreTests {
  private let expected: JSON
  private let model = fixture("llama2/model")
  init() throws { expected = try JSON(contentsOf: fixture("llama2/expected.json")) }

  /// The fixtures' batch without its padding; every token but the first is scored.
  private var rows: String {
    get throws {
      let batch = try #require(expected["batch"])
      let lengths = try #require(batch["attention_mask"]?.array).map { row in row.array?.count { $0 == 1 } ?? 0 }
      return try zip(#require(batch["input_ids"]?.array), lengths).map { row, length in
        "{\"input_ids\": \(JSON.array(Array((row.array ?? []).prefix(length))).text)}\n"
      }.joined()
    }
  }

  private func score(_ arguments: [String], input: String) throws -> Program.Outcome {
    try Program.run(["score"] + arguments + ["--input", "-", "--threads", "1"], input: input)
  }

  private func lines(_ outcome: Program.Outcome) throws -> [JSON] {
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    return try jsonLines(outcome.output)
  }

  /// The mean of all scored tokens.
  private func meanLoss(_ scores: [JSON]) throws -> Double {
    let sums = try scores.map { try #require($0["log_likelihood"]?.number) }
    let counts = try scores.map { try #require($0["tokens"]?.integer) }
    return -sums.reduce(0, +) / Double(counts.reduce(0, +))
  }

  @Test func likelihoodsAreThoseOfTransformers() throws {
    let scores = try lines(score(["--model", model], input: rows))
    #expect(scores.allSatisfy { $0.object?.keys == ["log_likelihood", "tokens", "greedy"] })
    let loss = try #require(expected["lm"]?["loss_f64"]?.number)
    #expect(try abs(meanLoss(scores) - loss) < 1e-5)
    #expect(try lines(score(["--model", model, "--batch-size", "1"], input: rows)).count == scores.count)
  }

  @Test func labelsSayWhatIsScored() throws {
    let both = #"{"input_ids": [1, 274, 298, 283], "labels": [-100, 274, -100, 283]}"# + "\n"
    let whole = #"{"input_ids": [1, 274, 298, 283]}"# + "\n"
    let first = #"{"input_ids": [1, 274, 298, 283], "labels": [-100, 274, -100, -100]}"# + "\n"
    let middle = #"{"input_ids": [1, 274, 298, 283], "labels": [-100, -100, 298, -100]}"# + "\n"
    let scores = try lines(score(["--model", model], input: both + whole + first + middle))
    #expect(scores.map { $0["tokens"] } == [2, 3, 1, 1])
    let sums = try scores.map { try #require($0["log_likelihood"]?.number) }
    #expect(abs(sums[0] + sums[3] - sums[1]) < 1e-5 && sums[2] > sums[0])
  }

  /// A response is scored with the token that ends it, and what greedy search writes is greedy.
  @Test func responsesAreScoredWithTheirEnd() throws {
    let prompt = try #require(expected["generation"]?["prompts"]?.array?[0].array)
    let made = try #require(expected["generation"]?["tokens"]?.array?[0].array)
    let labels = [JSON](repeating: -100, count: prompt.count) + made
    let row = JSONObject([("input_ids", .array(prompt + made)), ("labels", .array(labels))])
    let scores = try lines(
      score(
        ["--model", model],
        input: JSON.object(row).text + "\n" + #"{"prompt": "the cat", "response": ""}"# + "\n"))
    #expect(scores.map { $0["greedy"]?.bool } == [true, false])
    #expect(scores.map { $0["tokens"] } == [.integer(made.count), 1])
  }

  @Test func adaptersAndMergedModelsScoreAlike() throws {
    try withTemporaryDirectory { directory in
      let (adapter, merged) = (fixture("llama2/lora"), "\(directory)/merged")
      let together = try lines(score(["--model", model, "--adapter", adapter], input: rows))
      let loss = try #require(expected["lora"]?["loss_f64"]?.number)
      #expect(try abs(meanLoss(together) - loss) < 1e-5)
      let arguments = ["merge", "--model", model, "--adapter", adapter, "--output", merged]
      #expect(try Program.run(arguments) == .init(code: 0, output: "merged: \(merged)\n", errors: ""))
      let alone = try lines(score(["--model", merged], input: rows))
      for (one, other) in zip(together, alone) {
        let difference = try #require(one["log_likelihood"]?.number) - #require(other["log_likelihood"]?.number)
        #expect(abs(difference) < 1e-4)
      }
      // With its tokenizer, it is a model like any other.
      #expect(try lines(score(["--model", merged], input: #"{"prompt": "the", "response": "cat"}"#)).count == 1)

      #expect(
        try Program.run(arguments)
          == .init(code: 2, output: "", errors: "error: there is something called \(merged) already\n"))
      #expect(
        try Program.run(["merge", "--model", model, "--output", "\(directory)/other"])
          == .init(
            code: 2, output: "", errors: "error: \(model) is a model and not an adapter; there is nothing to merge\n"))
      let left = try Directory.names(in: directory)
      #expect(left == ["merged"])
    }
  }

  static let broken: [(String, String)] = [
    ("3", "wants an object, but is an integer"), (#"{"prompt": "a"}"#, "'response' is missing"),
    (#"{"response": "a"}"#, "wants 'prompt' or 'input_ids'"),
    (#"{"input_ids": [1, 2], "labels": [1]}"#, "has 2 token ids, but 1 labels"),
    (#"{"input_ids": [1, 2], "labels": [1, 400]}"#, "has the label 400, which is outside 0 to 399"),
    (#"{"input_ids": [1, -1]}"#, "has the token id -1, which is outside 0 to 399"),
    (#"{"input_ids": []}"#, "has no tokens"),
    (
      #"{"input_ids": [\#([String](repeating: "5", count: 129).joined(separator: ","))]}"#,
      "has 129 tokens, and the model reads 128"
    ),
  ]

  @Test(arguments: broken) func aBrokenRowIsNamedAndNothingIsWritten(_ row: String, _ message: String) throws {
    try withTemporaryDirectory { directory in
      let (input, output) = ("\(directory)/in.jsonl", "\(directory)/out.jsonl")
      try AtomicFile.write("{\"input_ids\": [1, 5]}\n" + row, to: input)
      let outcome = try Program.run(["score", "--model", model, "--input", input, "--output", output])
      #expect(outcome == Program.Outcome(code: 1, output: "", errors: "error: \(input):2: \(message)\n"))
      #expect(try Directory.names(in: directory) == ["in.jsonl"])
    }
  }
}
