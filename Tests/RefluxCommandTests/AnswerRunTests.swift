import Foundation
import RefluxIO
import RefluxTesting
import Testing

/// Runs that ask their model the task's questions: a tiny LLaMA learns one answer by heart.
@Suite struct AnswerRunTests {
  private func withRun(_ changes: [String], _ body: (String, Program.Outcome) throws -> Void) throws {
    try withTemporaryDirectory { directory in
      let row = #"{"question": "How many?", "answer": "1+2=<<1+2=3>>3\n#### 3"}"# + "\n"
      try AtomicFile.write(String(repeating: row, count: 7), to: "\(directory)/train.jsonl")
      let recipe = """
        task: { type: gsm8k, data: \(directory), validation_size: 3, max_new_tokens: 40 }
        model: { type: llama, checkpoint: \(fixture("llama2/model")) }
        method: finetune
        train: { epochs: 12, batch_size: 2, learning_rate: 0.01 }
        output: \(directory)/run
        """
      try AtomicFile.write(recipe, to: "\(directory)/r.yaml")
      try body(directory, Program.run(["train", "\(directory)/r.yaml", "--threads", "1", "--quiet"] + changes))
    }
  }

  private func evaluations(_ directory: String) throws -> [JSON] {
    try JSONLinesReader.read("\(directory)/run/metrics.jsonl").map(\.row).filter { $0["split"] != nil }
  }

  @Test func asksAtTheEnd() throws {
    try withRun(["task.calculator=use"]) { directory, outcome in
      #expect(outcome.code == 0, "\(outcome.errors)")
      let results = try JSON(contentsOf: "\(directory)/run/eval_results.json")
      #expect(results["eval_answer_accuracy"]?.number == 1 && results["eval_answered"]?.number == 1)
      #expect(results["eval_samples"] == 3 && results["eval_questions"] == 3)
      #expect(try JSON(contentsOf: "\(directory)/run/all_results.json")["eval_answer_accuracy"]?.number == 1)
      // One line per epoch; the last one alone has answers.
      let lines = try evaluations(directory)
      #expect(lines.count == 12 && lines.allSatisfy { $0["eval_token_accuracy"] != nil })
      #expect(lines.map { $0["eval_answer_accuracy"] != nil } == [Bool](repeating: false, count: 11) + [true])
      let predictions = "\(directory)/run/predictions/validation.jsonl"
      for (index, row) in try JSONLinesReader.read(predictions).map(\.row).enumerated() {
        #expect(row["index"] == .integer(index) && row["tokens"]?.integer ?? 0 > 0)
        #expect(row["text"] == " 1+2=<<1+2=3>>3 The answer is 3.")
        #expect(row["answer"] == 3 && row["gold"] == 3 && row["right"] == true)
      }
      // The saved model says the same.
      let evaluated = try Program.run(
        ["evaluate", "\(directory)/r.yaml", "task.calculator=use", "--json", "--quiet", "--threads", "1"]
          + ["--predictions", "\(directory)/again"])
      let scores = try #require(JSON(parsing: evaluated.output.utf8, name: "output").array?.first?["scores"])
      #expect(scores["answer_accuracy"]?.number == 1 && scores["answered"]?.number == 1)
      let texts = try [predictions, "\(directory)/again/validation.jsonl"].map {
        try JSONLinesReader.read($0).map { $0.row["text"] }
      }
      #expect(texts[0] == texts[1] && texts[0].count == 3)
    }
  }

  /// The first weights that answer the one question right are the best, and the run ends with them.
  @Test func answersChooseTheBestWeights() throws {
    let changes = [
      "task.answers=always", "task.answer_limit=1", "train.load_best=true",
      "train.metric_for_best_model=eval_answer_accuracy",
    ]
    try withRun(changes) { directory, outcome in
      #expect(outcome.code == 0, "\(outcome.errors)")
      let lines = try evaluations(directory)
      let scores = lines.compactMap { $0["eval_answer_accuracy"]?.number }
      let best = try #require(scores.firstIndex(of: 1))
      #expect(scores.count == 12 && scores.allSatisfy { $0 == 0 || $0 == 1 } && best < 11)
      let state = try JSON(contentsOf: "\(directory)/run/trainer_state.json")
      #expect(state["best_metric"]?.number == 1 && state["best_global_step"] == lines[best]["step"])
      let answers = try JSONLinesReader.read("\(directory)/run/predictions/validation.jsonl").map(\.row)
      #expect(answers.map { $0["right"] } == [true, nil, nil])
      #expect(try JSON(contentsOf: "\(directory)/run/eval_results.json")["eval_answer_accuracy"]?.number == 1)
    }
  }

  @Test func whatIsNotAskedIsNoMetric() throws {
    try withRun(["train.best_metric=answer_accuracy"]) { directory, outcome in
      #expect(outcome.code == 2)
      #expect(
        outcome.errors == """
          error: best_metric is 'answer_accuracy', but an evaluation of 'gsm8k' has: log_likelihood, token_accuracy; the \
          questions are asked in it only with answers: always in the task

          """)
      #expect(!FileManager.default.fileExists(atPath: "\(directory)/run"))
    }
    try withRun(["task.answers=never", "train.epochs=1", "train.best_metric=choice_accuracy"]) { _, outcome in
      #expect(
        outcome.errors
          == "error: best_metric is 'choice_accuracy', but an evaluation of 'gsm8k' has: log_likelihood, token_accuracy\n"
      )
    }
    try withRun(["task.answers=never", "train.epochs=1"]) { directory, _ in
      let results = try JSON(contentsOf: "\(directory)/run/eval_results.json")
      #expect(results.object?.keys.contains("eval_token_accuracy") == true)
      #expect(results.object?.keys.contains("eval_answer_accuracy") == false)
      #expect(results.object?.keys.contains("eval_questions") == false)
    }
  }
}
