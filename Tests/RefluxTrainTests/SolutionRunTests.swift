import Foundation
import RefluxAdapters
import RefluxBasics
import RefluxCPU
import RefluxCore
import RefluxDecoders
import RefluxLosses
import RefluxSelfDistillation
import RefluxSelfTraining
import RefluxTasks
import RefluxTesting
import RefluxText
import Testing

@testable import RefluxIO
@testable import RefluxTrain

/// Self-training of a tiny LLaMA on questions: sampling, checking, training, and going on after a crash at any moment.
@Suite struct SolutionRunTests {
  static let registry: Registry? = try? Registry([
    AdaptersPlugin.self, BasicsPlugin.self, DecodersPlugin.self, LossesPlugin.self, SelfDistillationPlugin.self,
    SelfTrainingPlugin.self, TasksPlugin.self,
  ])

  /// Questions whose answers are 1 or 2, so that a model which only knows what answers look like is right half the time.
  static func recipe(in directory: String, method: String = "finetune", model: String = "llama3") throws -> String {
    let rows = (0..<16).map { #"{"question": "\#($0)", "answer": "So: #### \#($0 % 2 + 1)"}"# }
    try AtomicFile.write(rows.joined(separator: "\n") + "\n", to: "\(directory)/train.jsonl")
    return """
      task:
        { type: gsm8k, data: \(directory), prompt: "{question}:", response: " The answer is {answer}.",
          validation_size: 6, max_new_tokens: 24 }
      max_length: 60
      evaluation_batch_size: 8
      model: { type: llama, checkpoint: \(fixture("\(model)/model")) }
      method:
        { type: self-training, rounds: 2, data: sampled-solutions, samples: 3, temperature: 1, hint: true,
          gold_first: true, method: \(method) }
      train:
        { epochs: 8, batch_size: 4, learning_rate: 0.01, save_every: 7, schedule: constant }
      """
  }

  @discardableResult private func run(
    _ text: String, in path: String, _ start: RunStart = .fresh(force: false), overrides: [String] = [],
    observers: [any Observer] = [], interruption: Interruption = Interruption(), threads: Int = 1
  ) throws -> RunResults {
    let recipe = try Recipe(text, name: "solutions.yaml", overrides: overrides, try #require(Self.registry))
    var setup = RunSetup(recipe, on: CPUBackend(threads: threads))
    (setup.observers, setup.interruption) = (observers, interruption)
    return try Run.carryOut(setup, in: try RunDirectory(checking: path, start), start)
  }

  /// Every solution of both rounds, and what became of it.
  private func tables(_ path: String) throws -> [String] {
    try (1...2).map { try sha256(of: "\(path)/tables/round-\($0)--solutions.jsonl") }
  }

  /// Crashes again and again, in steps and in the middle of sampling; with an adapter and with another objective, too.
  @Test(
    arguments: [
      ("finetune", []), ("dynsdpb", ["train.batch_size=4"]),
      ("finetune", ["model.adapter={ type: lora, rank: 8, alpha: 16, targets: all-linear }"]),
    ] as [(String, [String])]) func endsWithTheSameBytes(_ method: String, _ overrides: [String]) throws
  {
    try withTemporaryDirectory { directory in
      let recipe = try Self.recipe(in: directory, method: method)
      let results = try run(recipe, in: "\(directory)/whole", overrides: overrides)
      #expect(results.recorded.map(\.stage) == ["round 1: kept", "round 2: kept"])
      let kept = results.recorded.map { stage in
        Dictionary(uniqueKeysWithValues: stage.values.map { ($0.name, $0.value.number ?? 0) })
      }
      #expect(kept.allSatisfy { ($0["kept"] ?? 0) > 0 && $0["samples"] == 30 }, "\(kept)")

      var (start, sittings) = (RunStart.fresh(force: false), 0)
      while sittings < 40 {
        sittings += 1
        do {
          try run(
            recipe, in: "\(directory)/broken", start, overrides: overrides, observers: [EndAfterEvents(90 + sittings)])
          break
        } catch is EndAfter.Crash { start = .resume(from: nil) }
      }
      #expect(sittings > 4 && sittings < 40)
      let file = overrides.isEmpty || method == "dynsdpb" ? "model" : "adapter_model"
      let weights = try ["whole", "broken"].map { try sha256(of: "\(directory)/\($0)/model/\(file).safetensors") }
      #expect(weights[0] == weights[1])
      #expect(try tables("\(directory)/whole") == tables("\(directory)/broken"))
      let all = try ["whole", "broken"].map { try JSONFields(contentsOf: "\(directory)/\($0)/all_results.json") }
      #expect(all[0].object["round 2: kept"] == all[1].object["round 2: kept"])
      #expect(!Directory.isTaken("\(directory)/whole/stages"))
    }
  }

  @Test func anyNumberOfThreadsWritesTheSame() throws {
    try withTemporaryDirectory { directory in
      let recipe = try Self.recipe(in: directory)
      for threads in [1, 3] { try run(recipe, in: "\(directory)/\(threads)", threads: threads) }
      #expect(try tables("\(directory)/1") == tables("\(directory)/3"))
      try run(recipe, in: "\(directory)/other", overrides: ["seed=43"])
      #expect(try tables("\(directory)/1") != tables("\(directory)/other"))
    }
  }

  /// Ctrl-C in the middle of a round: batches that are done are not written again, a line that was torn is.
  @Test func aStoppedRoundGoesOnInTheMiddle() throws {
    try withTemporaryDirectory { directory in
      let recipe = try Self.recipe(in: directory)
      let small = ["method.rounds=1", "method.hint=false", "method.gold_first=false", "evaluation_batch_size=5"]
      let whole = GenerationLog()
      // The model has learned nothing, so nothing is right.
      func attempt(_ path: String, _ start: RunStart, _ observer: some Observer, _ stop: Interruption) -> String? {
        thrownMessage {
          try run(recipe, in: path, start, overrides: small, observers: [observer], interruption: stop)
        }
      }
      let end = """
        round 1 keeps none of the 30 samples of 10 questions, and nothing was trained before it: 0 have an answer, and \
        none is right; what may help: more max_new_tokens, which 27 have reached, gold_first: true, hint: true, \
        shots, more samples
        """
      #expect(attempt("\(directory)/whole", .fresh(force: false), whole, Interruption()) == end)
      #expect(whole.events.last?.done == 30)
      let tokens = try #require(whole.events.last?.tokens)

      let (path, stop) = ("\(directory)/stopped", Interruption())
      let first = GenerationLog { if $0.done == 15 { stop.stop() } }
      #expect(
        attempt(path, .fresh(force: false), first, stop) == "stopped; --resume goes on with \(path)")
      let parts = "\(path)/stages/001-round-1--samples.jsonl"
      let lines = try JSONLinesReader.read(parts)
      #expect(lines.count == 3 && lines.allSatisfy { $0.row.array?.count == 5 })
      // A crash in the middle of the third line.
      let bytes = try Data(contentsOf: URL(fileURLWithPath: parts))
      try bytes.dropLast(7).write(to: URL(fileURLWithPath: parts))

      let second = GenerationLog()
      #expect(attempt(path, .resume(from: nil), second, Interruption()) == end)
      #expect(second.events.first?.done == 10)
      let again = try #require(second.events.last?.tokens)
      #expect(again < tokens && again > tokens / 3)
      let sums = try ["whole", "stopped"].map { try sha256(of: "\(directory)/\($0)/tables/round-1--solutions.jsonl") }
      #expect(sums[0] == sums[1])
      // What was sampled is there to be looked at, though the run has come to nothing.
      #expect(try JSONLinesReader.read("\(path)/tables/round-1--solutions.jsonl").count == 30)
      #expect(!Directory.isTaken(parts))
    }
  }

  @Test func promptsThatAreTooLongAreNamedAndSkipped() throws {
    try withTemporaryDirectory { directory in
      let recipe = try Self.recipe(in: directory)
      let long = String(repeating: "word ", count: 400)
      var rows = try JSONLinesReader.read("\(directory)/train.jsonl").map(\.row.text)
      rows[3] = #"{"question": "\#(long)", "answer": "So: #### 1"}"#
      try AtomicFile.write(rows.joined(separator: "\n") + "\n", to: "\(directory)/train.jsonl")
      let notes = NoteLog()
      let results = try run(recipe, in: "\(directory)/run", overrides: ["method.rounds=1"], observers: [notes])
      #expect(notes.all.contains("round 1: samples: 1 of 10 prompts leave no room for text in 512 tokens: 4"))
      #expect(results.recorded[0].values.first { $0.name == "samples" }?.value == .integer(27))
    }
  }

  @Test func textNeedsATokenizer() throws {
    try withTemporaryDirectory { directory in
      let recipe = try Self.recipe(in: directory, model: "llama3-tied")
      let message = thrownMessage {
        try run(recipe, in: "\(directory)/run", overrides: ["method.gold_first=false"])
      }
      #expect(message == "text is written with a tokenizer, and the model's directory has none")
    }
  }

  /// What is sampled is learned as it was written: with the space that a tokenizer leaves out at a text's beginning.
  @Test(arguments: ["llama1", "llama2", "llama3"]) func textsGoOnWhereThePromptEnded(_ model: String) throws {
    let tokenizer = try #require(try TokenizerLoader().loadIfPresent(fixture("\(model)/model")))
    let prompts = ["Question: 1+1\nAnswer:", "Why é", "a", ""]
    for prompt in prompts {
      for response in [" The answer is 2.", "x", "\nyes  and no ", " é \u{4E2D}", ""] {
        let (before, after) = (tokenizer.encode(prompt: prompt), tokenizer.encode(continuing: response))
        // A text's first space is the tokenizer's own.
        guard !(prompt.isEmpty && response.hasPrefix(" ")) else { continue }
        #expect(tokenizer.decode(after, after: before) == response, "\(model): '\(prompt)' '\(response)'")
      }
    }
  }
}
