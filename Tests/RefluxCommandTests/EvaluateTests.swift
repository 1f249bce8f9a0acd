import Foundation
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

/// `reflux evaluate`: scores of the fixtures' model against what transformers computed.
@Suite struct EvaluateTests {
  private let expected: JSON
  init() throws { expected = try JSON(contentsOf: fixture("bert/expected.json")) }

  private func write(_ labels: [JSON], to path: String) throws {
    let batch = try #require(expected["batch"])
    let rows = labels.indices.map { row -> String in
      let count = numbers(batch["attention_mask"]?.array?[row]).count { $0 == 1 }
      var fields = JSONObject(
        ["input_ids", "token_type_ids"].map { key in
          (key, JSON.array(Array((batch[key]?.array?[row].array ?? []).prefix(count))))
        })
      fields["label"] = labels[row]
      return JSON.object(fields).text + "\n"
    }
    try AtomicFile.write(rows.joined(), to: path)
  }

  @Test func scoresAreThoseOfTransformers() throws {
    let head = try #require(expected["head2"])
    let (labels, logits) = (numbers(head["labels"]), try #require(head["logits_f64"]?.array).map { numbers($0) })
    try withTemporaryDirectory { directory in
      let rows = "\(directory)/rows.jsonl"
      try write(labels.map { .string("LABEL_\(Int($0))") }, to: rows)
      let arguments = [
        "evaluate", "--model", fixture("bert/model"), "--task", "text-classification", "task.validation=\(rows)",
        "task.labels=[LABEL_0, LABEL_1]", "--threads", "1", "--quiet",
      ]
      let outcome = try Program.run(arguments + ["--json", "--predictions", "\(directory)/answers"])
      #expect(outcome.code == 0 && outcome.errors.isEmpty)
      let scores = try #require(JSON(parsing: outcome.output.utf8, name: "output").array?.first)
      #expect(scores["split"] == "validation" && scores["examples"] == .integer(labels.count))
      let loss = try #require(head["loss_f64"]?.number)
      #expect(abs((scores["loss"]?.number ?? .nan) - loss) < 2e-6)
      let right = zip(labels, logits).count { $0 == ($1[0] >= $1[1] ? 0 : 1) }
      #expect(scores["scores"]?["accuracy"]?.number == Double(right) / Double(labels.count))

      let answers = try JSONLinesReader.read("\(directory)/answers/validation.jsonl").map(\.row)
      #expect(answers.map { $0["index"]?.integer } == Array(labels.indices))
      #expect(answers.map { $0["gold"]?.string } == labels.map { "LABEL_\(Int($0))" })
      #expect(distance(answers.flatMap { numbers($0["logits"]) }, logits.flatMap { $0 }) < 5e-6)

      // Without them, the labels are those that the model's config.json names.
      let unlabelled = arguments.filter { !$0.hasPrefix("task.labels") }
      #expect(try Program.run(unlabelled + ["--json"]).output == outcome.output)
      let shown = try Program.run(arguments).output
      #expect(shown.hasPrefix("validation (5 examples): loss 1.2819, accuracy "))
      #expect(
        try Program.run(arguments + ["--split", "dev"]).errors
          == "error: the task 'text-classification' has no split 'dev'; it has: train, validation, test, unlabeled\n")
    }
  }

  /// Rows of text are as long as the model reads if nobody says otherwise; where some are left out, their questions are
  /// still asked, and counted.
  @Test func lengthsOfTexts() throws {
    try withTemporaryDirectory { directory in
      func row(_ question: String) -> String {
        "{\"question\": \"\(question)\", \"answer\": \"1+2=<<1+2=3>>3\\n#### 3\"}\n"
      }
      let long = "How many? " + [String](repeating: "a b", count: 70).joined(separator: " ")
      for split in ["train", "test"] {
        try AtomicFile.write(row("How many?") + row(long), to: "\(directory)/\(split).jsonl")
      }
      func evaluate(_ more: String...) throws -> Program.Outcome {
        try Program.run(
          [
            "evaluate", "--model", fixture("llama3/model"), "--task", "gsm8k", "task.data=\(directory)", "--split",
            "test", "--threads", "1", "--max-new-tokens", "2", "--quiet",
          ] + more)
      }
      // 34 and 174 tokens, as transformers' tokenizer counts.
      let whole = try evaluate()
      #expect(whole.code == 0 && whole.output.hasPrefix("test (2 examples, 2 questions): loss "), "\(whole.errors)")
      #expect(whole.errors.isEmpty)
      let part = try evaluate("max_length=128")
      #expect(part.output.hasPrefix("test (1 example, 2 questions): loss "))
      #expect(
        part.errors == "note: the test split: 1 of 2 examples does not fit into 128 tokens and is left out: 2\n")
      let json = try JSON(parsing: evaluate("max_length=128", "--json").output.utf8, name: "output").array?.first
      #expect(json?["examples"] == 1 && json?["questions"] == 2)
      let none = try evaluate("max_length=20")
      #expect(none.code == 2)
      #expect(
        none.errors
          == "error: no example of the test split fits into 20 tokens; the shortest needs max_length=34, and a model "
          + "that reads so many\n")
    }
  }

  /// The correlation of constants is no number.
  @Test func whatIsNoNumberIsNull() throws {
    try withTemporaryDirectory { directory in
      let rows = "\(directory)/rows.jsonl"
      try write([2.5, 2.5], to: rows)
      let recipe = """
        task: { type: text-regression, train: \(rows), validation: \(rows) }
        model: { type: bert, layers: 1, hidden_size: 8, heads: 2, vocabulary_size: 340, max_positions: 64 }
        method: finetune
        train: { epochs: 1, batch_size: 2 }
        output: \(directory)/run
        """
      try AtomicFile.write(recipe, to: "\(directory)/r.yaml")
      let trained = try Program.run(["train", "\(directory)/r.yaml", "--json", "--quiet", "--threads", "1"])
      #expect(trained.code == 0)
      let results = try JSON(parsing: trained.output.utf8, name: "output")
      #expect(results["scores"]?["validation"]?.object?.entries.map(\.value) == [.null, .null])
      let evaluated = try Program.run(["evaluate", "\(directory)/r.yaml", "--json", "--quiet", "--threads", "1"])
      let scores = try JSON(parsing: evaluated.output.utf8, name: "output").array?.first?["scores"]?.object
      #expect(scores?.entries.map(\.value) == [.null, .null])
      for name in ["eval_results.json", "all_results.json", "trainer_state.json", "metrics.jsonl"] {
        let text = try String(contentsOfFile: "\(directory)/run/\(name)", encoding: .utf8)
        #expect(!text.contains("NaN"), "\(name)")
      }
    }
  }

  @Test func whatIsMissingIsAskedFor() throws {
    func complaint(_ arguments: String...) throws -> String {
      let outcome = try Program.run(["evaluate"] + arguments)
      #expect(outcome.code == 2 && outcome.output.isEmpty)
      return outcome.errors
    }
    #expect(try complaint() == "error: name a recipe, or a task with --task\n")
    #expect(
      try complaint("--task", "agreement") == "error: name the model: --model DIR\n")
    #expect(
      try complaint("r.yaml", "--task", "rte")
        == "error: 'r.yaml' is neither a change (key.path=value) nor needed beside --task\n")
  }
}
