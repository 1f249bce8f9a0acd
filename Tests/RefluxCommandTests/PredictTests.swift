import Foundation
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

/// `reflux predict` and `reflux tokenize`: the contract for programs, against what transformers says.
@Suite struct PredictTests {
  private let bench: PredictBench
  private var expected: JSON { bench.expected }
  init() throws { bench = try PredictBench() }

  @Test func answersAreThoseOfTransformers() throws {
    let outcome = try bench.predict(bench.rows)
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    let answers = try jsonLines(outcome.output)
    let right = try #require(expected["head2"]?["logits_f64"]?.array).map(numbers)
    #expect(answers.count == right.count)
    for (answer, logits) in zip(answers, right) {
      #expect(answer.object?.keys == ["label", "probabilities", "logits"])
      #expect(distance(numbers(answer["logits"]), logits) < 5e-6)
      let powers = logits.map { exp($0) }
      #expect(distance(numbers(answer["probabilities"]), powers.map { $0 / (powers[0] + powers[1]) }) < 2e-6)
      #expect(answer["label"] == .string(logits[0] >= logits[1] ? "LABEL_0" : "LABEL_1"))
    }
  }

  /// The texts that the fixtures did not cut.
  @Test func textsReadLikeTheirTokens() throws {
    let tokens = try jsonLines(bench.predict(bench.rows, "--batch-size", "1").output)
    for index in [0, 3, 4] {
      let texts = try #require(expected["texts"]?.array?[index].array)
      let row = JSON.object(JSONObject([("text", texts[0]), ("text_pair", texts[1])])).text
      #expect(try jsonLines(bench.predict(row).output) == [tokens[index]])
    }
  }

  @Test func oneOutputIsANumber() throws {
    try withTemporaryDirectory { directory in
      try writeOneOutputModel(to: directory, "BertForSequenceClassification")
      let answers = try jsonLines(bench.predict(bench.rows, model: directory).output)
      let right = try #require(expected["regression"]?["logits_f64"]?.array).flatMap(numbers)
      #expect(answers.allSatisfy { $0.object?.keys == ["label", "logits"] })
      #expect(distance(answers.map { $0["label"]?.number ?? .nan }, right) < 5e-6)
    }
  }

  @Test func aChoiceIsBetweenTexts() throws {
    try withTemporaryDirectory { directory in
      try writeOneOutputModel(to: directory, "BertForMultipleChoice")
      let batch = try #require(expected["batch"])
      func real(_ key: String, _ row: Int) throws -> JSON {
        let count = numbers(batch["attention_mask"]?.array?[row]).count { $0 == 1 }
        return .array(Array(try #require(batch[key]?.array?[row].array).prefix(count)))
      }
      let choice = try JSON.object(
        JSONObject(["input_ids", "token_type_ids"].map { key in (key, .array([try real(key, 0), try real(key, 4)])) }))
      let right = try #require(expected["regression"]?["logits_f64"]?.array).flatMap(numbers)
      let answer = try #require(try jsonLines(bench.predict(choice.text, model: directory).output).first)
      #expect(distance(numbers(answer["logits"]), [right[0], right[4]]) < 5e-6)
      #expect(answer["label"] == .integer(right[0] >= right[4] ? 0 : 1))
      #expect(abs(numbers(answer["probabilities"]).reduce(0, +) - 1) < 1e-12)

      let texts = #"{"text": "the cat", "choices": ["sees", "the dog runs", "."]}"#
      let three = try #require(try jsonLines(bench.predict(texts, model: directory).output).first)
      #expect(numbers(three["logits"]).count == 3 && (0..<3).contains(three["label"]?.integer ?? -1))

      let start = "error: standard input:1: "
      func complaint(_ row: String) throws -> String { try bench.predict(row, model: directory).errors }
      #expect(
        try complaint(#"{"text": "a", "text_pair": "b"}"#)
          == start + "this model picks one of several texts: wants 'choices', a list of texts\n")
      #expect(
        try complaint(#"{"input_ids": [2, 3]}"#)
          == start + "this model picks one of several texts: wants 'input_ids' with a list for each of them\n")
      #expect(
        try complaint(#"{"text": "a", "choices": ["b"]}"#)
          == start + "'choices' wants at least two to pick from, but has 1\n")
    }
  }

  @Test func tokensAreThoseOfTransformers() throws {
    let reference = try JSON(contentsOf: fixture("bert/tokenization.json"))
    let cases = try #require(reference["singles"]?.array) + #require(reference["pairs"]?.array)
    let rows = cases.map { row -> String in
      var fields = JSONObject([("text", row["text"] ?? .null)])
      fields["text_pair"] = row["pair"]
      return JSON.object(fields).text + "\n"
    }
    let outcome = try Program.run(
      ["tokenize", "--model", bench.model, "--input", "-", "--output", "-"], input: rows.joined())
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    let written = try jsonLines(outcome.output)
    #expect(written.map { $0["input_ids"] } == cases.map { $0["ids"] })
    for (row, given) in zip(written, cases) {
      #expect(row["token_type_ids"] == given["type_ids"] ?? .array((given["ids"]?.array ?? []).map { _ in 0 }))
    }
    let tokens = try Program.run(
      ["tokenize", "--model", bench.model, "--input", "-", "--output", "-"], input: #"{"input_ids": [2, 3]}"#)
    #expect(
      tokens
        == Program.Outcome(
          code: 1, output: "", errors: "error: standard input:1: has token ids already; wants 'text'\n"))
  }

  /// The fixtures' BERT with the head that has one output.
  private func writeOneOutputModel(to directory: String, _ architecture: String) throws {
    let file = try SafetensorsFile("\(bench.model)/model.safetensors")
    var tensors = try file.names.map { (name: $0, tensor: try file.tensor($0, on: ReferenceBackend.shared)) }
      .filter { !$0.name.hasPrefix("classifier.") }
    let head = try #require(expected["regression"])
    let weights = numbers(head["head_weight"]).map { Float($0) }
    tensors.append(("classifier.weight", Tensor(weights, [1, weights.count])))
    tensors.append(("classifier.bias", Tensor(numbers(head["head_bias"]).map { Float($0) })))
    try SafetensorsFile.write(tensors, to: "\(directory)/model.safetensors")
    var config = try #require(JSON(contentsOf: "\(bench.model)/config.json").object)
    config["architectures"] = [.string(architecture)]
    config["id2label"] = ["0": "LABEL_0"]
    try AtomicFile.write(JSON.object(config).indented(), to: "\(directory)/config.json")
    for name in ["vocab.txt", "tokenizer_config.json"] {
      try FileManager.default.copyItem(atPath: "\(bench.model)/\(name)", toPath: "\(directory)/\(name)")
    }
  }
}
