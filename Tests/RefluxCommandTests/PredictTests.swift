import Foundation
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

/// `reflux predict` and `reflux tokenize`: the contract for programs, against what transformers says.
@Suite struct PredictTests {
  private let expected: JSON
  private let model = fixture("bert/model")
  init() throws { expected = try JSON(contentsOf: fixture("bert/expected.json")) }

  /// The fixtures' batch without its padding, as a program hands it in.
  private var rows: String {
    get throws {
      let batch = try #require(expected["batch"])
      let counts = try #require(batch["attention_mask"]?.array).map { row in numbers(row).count { $0 == 1 } }
      return counts.enumerated().map { row, count -> String in
        let fields = ["input_ids", "token_type_ids"].map { key in
          (key, JSON.array(Array((batch[key]?.array?[row].array ?? []).prefix(count))))
        }
        return JSON.object(JSONObject(fields)).text + "\n"
      }.joined()
    }
  }

  private func predict(_ input: String, model: String? = nil, _ more: String...) throws -> Program.Outcome {
    try Program.run(
      ["predict", "--model", model ?? self.model, "--input", "-", "--output", "-", "--threads", "1"] + more,
      input: input)
  }

  private func lines(_ text: String) throws -> [JSON] {
    try text.split(separator: "\n").map { try JSON(parsing: $0.utf8, name: "output") }
  }

  @Test func answersAreThoseOfTransformers() throws {
    let outcome = try predict(rows)
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    let answers = try lines(outcome.output)
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
    let tokens = try lines(predict(rows, "--batch-size", "1").output)
    for index in [0, 3, 4] {
      let texts = try #require(expected["texts"]?.array?[index].array)
      let row = JSON.object(JSONObject([("text", texts[0]), ("text_pair", texts[1])])).text
      #expect(try lines(predict(row).output) == [tokens[index]])
    }
  }

  @Test func oneOutputIsANumber() throws {
    try withTemporaryDirectory { directory in
      try writeOneOutputModel(to: directory, "BertForSequenceClassification")
      let answers = try lines(predict(rows, model: directory).output)
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
      let answer = try #require(try lines(predict(choice.text, model: directory).output).first)
      #expect(distance(numbers(answer["logits"]), [right[0], right[4]]) < 5e-6)
      #expect(answer["label"] == .integer(right[0] >= right[4] ? 0 : 1))
      #expect(abs(numbers(answer["probabilities"]).reduce(0, +) - 1) < 1e-12)

      let texts = #"{"text": "the cat", "choices": ["sees", "the dog runs", "."]}"#
      let three = try #require(try lines(predict(texts, model: directory).output).first)
      #expect(numbers(three["logits"]).count == 3 && (0..<3).contains(three["label"]?.integer ?? -1))

      let start = "error: standard input:1: "
      func complaint(_ row: String) throws -> String { try predict(row, model: directory).errors }
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
      let outcome = try Program.run(["predict", "--model", model, "--input", input, "--output", output])
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
    #expect(try predict(row + " \n\n" + row).errors == complaint)
    #expect(try lines(predict(row + row + "\n").output).count == 2)
    try withTemporaryDirectory { directory in
      try AtomicFile.write("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\n", to: "\(directory)/vocab.txt")
      let arguments = ["tokenize", "--model", directory, "--input", "-", "--output", "-"]
      #expect(try Program.run(arguments, input: row + "\n" + row).errors == complaint)
    }
  }

  @Test func filesAreReplacedAndPipesAreNot() throws {
    try withTemporaryDirectory { directory in
      let (file, wanted) = ("\(directory)/out.jsonl", try predict(rows).output)
      let arguments = ["predict", "--model", model, "--input", "-", "--threads", "1", "--output"]
      #expect(try Program.run(arguments + [file], input: rows).code == 0)
      #expect(try String(contentsOfFile: file, encoding: .utf8) == wanted)
      #expect(try Program.run(arguments + ["/dev/stdout"], input: rows).output == wanted)
    }
  }

  @Test func longRowsAreCutAndCounted() throws {
    let words = Array(repeating: "cat", count: 70).joined(separator: " ")
    let outcome = try predict("{\"text\": \"\(words)\"}\n{\"text\": \"cat\"}\n")
    #expect(
      outcome.errors == "note: 1 of 2 rows were longer than 64 tokens and have been truncated\n" && outcome.code == 0)
    let cut = Array(repeating: "cat", count: 62).joined(separator: " ")
    let same = try predict("{\"text\": \"\(cut)\"}\n{\"text\": \"cat\"}\n")
    #expect(same.output == outcome.output && same.errors.isEmpty)
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
      ["tokenize", "--model", model, "--input", "-", "--output", "-"], input: rows.joined())
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    let written = try lines(outcome.output)
    #expect(written.map { $0["input_ids"] } == cases.map { $0["ids"] })
    for (row, given) in zip(written, cases) {
      #expect(row["token_type_ids"] == given["type_ids"] ?? .array((given["ids"]?.array ?? []).map { _ in 0 }))
    }
    let tokens = try Program.run(
      ["tokenize", "--model", model, "--input", "-", "--output", "-"], input: #"{"input_ids": [2, 3]}"#)
    #expect(
      tokens
        == Program.Outcome(
          code: 1, output: "", errors: "error: standard input:1: has token ids already; wants 'text'\n"))
  }

  /// The fixtures' BERT with the head that has one output.
  private func writeOneOutputModel(to directory: String, _ architecture: String) throws {
    let file = try SafetensorsFile("\(model)/model.safetensors")
    var tensors = try file.names.map { (name: $0, tensor: try file.tensor($0, on: ReferenceBackend.shared)) }
      .filter { !$0.name.hasPrefix("classifier.") }
    let head = try #require(expected["regression"])
    let weights = numbers(head["head_weight"]).map { Float($0) }
    tensors.append(("classifier.weight", Tensor(weights, [1, weights.count])))
    tensors.append(("classifier.bias", Tensor(numbers(head["head_bias"]).map { Float($0) })))
    try SafetensorsFile.write(tensors, to: "\(directory)/model.safetensors")
    var config = try #require(JSON(contentsOf: "\(model)/config.json").object)
    config["architectures"] = [.string(architecture)]
    config["id2label"] = ["0": "LABEL_0"]
    try AtomicFile.write(JSON.object(config).indented(), to: "\(directory)/config.json")
    for name in ["vocab.txt", "tokenizer_config.json"] {
      try FileManager.default.copyItem(atPath: "\(model)/\(name)", toPath: "\(directory)/\(name)")
    }
  }
}

/// All numbers of a nested list, in order.
func numbers(_ json: JSON?) -> [Double] {
  json?.array?.flatMap { numbers($0) } ?? json?.number.map { [$0] } ?? []
}

/// The largest absolute difference; infinite if the counts differ.
func distance(_ a: [Double], _ b: [Double]) -> Double {
  a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
}
