import Foundation
import RefluxBasics
import RefluxCPU
import RefluxCore
import RefluxEncoders
import RefluxIO
import RefluxLosses
import RefluxTasks
import RefluxTesting
import RefluxText
import RefluxTrain
import Testing

/// Runs from a checkpoint with each kind of tokenizer: what they save reads text as what they began with.
@Suite struct TokenizerRunTests {
  private static let registry: Registry? = try? Registry([
    BasicsPlugin.self, EncodersPlugin.self, LossesPlugin.self, TasksPlugin.self,
  ])
  private static let rows = ["The cat sees the dog.", " résumé [MASK] 9,99 </s>", "日本 ``x'' <unk>", "a", "b b", "c"]

  /// Counts what is tokenized rather than read from the cache.
  private struct Counter: Observer {
    final class Total: @unchecked Sendable { var examples = 0 }
    let total = Total()
    mutating func observe(_ event: RunEvent) throws -> Verdict {
      if case .tokenizing(_, let done, let all) = event, done == all { total.examples += all }
      return .carryOn
    }
  }

  @discardableResult private func run(
    _ model: String, rows: String, to path: String, _ start: RunStart = .fresh(force: true), seed: Int = 1
  ) throws -> Int {
    let text = """
      seed: \(seed)
      task: { type: text-classification, train: \(rows), validation: \(rows), labels: [no, yes] }
      model: \(model)
      method: finetune
      train: { epochs: 1, batch_size: 3, learning_rate: 1e-3 }
      """
    let recipe = try Recipe(text, name: "run.yaml", try #require(Self.registry))
    let counter = Counter()
    var setup = RunSetup(recipe, on: CPUBackend(threads: 1))
    setup.observers = [counter]
    try Run.carryOut(setup, in: RunDirectory(checking: path, start), start)
    return counter.total.examples
  }

  /// Makes a checkpoint of random weights with a fixture's tokenizer; the name of the directory.
  private func checkpoint(_ tokenizer: String, in directory: String) throws -> String {
    let file = "\(directory)/ids.jsonl"
    try AtomicFile.write(
      "{\"input_ids\": [1, 2], \"label\": 0}\n{\"input_ids\": [3], \"label\": 1}\n", to: file)
    let model = "{ type: bert, layers: 1, hidden_size: 16, heads: 2, vocabulary_size: 400, max_positions: 64 }"
    try run(model, rows: file, to: "\(directory)/first")
    for name in try Directory.names(in: fixture(tokenizer)) where !["config.json", "model.safetensors"].contains(name) {
      try FileManager.default.copyItem(
        atPath: "\(fixture(tokenizer))/\(name)", toPath: "\(directory)/first/model/\(name)")
    }
    return "\(directory)/first/model"
  }

  @Test(arguments: [
    "bert/model", "albert/model", "deberta-v2-conv/model", "deberta-v3/model", "llama1/model", "llama2/model",
  ])
  func whatARunSavesReadsTextTheSame(_ tokenizer: String) throws {
    try withTemporaryDirectory { directory in
      let checkpoint = try checkpoint(tokenizer, in: directory)
      let file = "\(directory)/rows.jsonl"
      let lines = Self.rows.enumerated().map { number, text in
        JSON.object(JSONObject([("text", .string(text)), ("label", .integer(number % 2))])).text
      }
      try AtomicFile.write(lines.joined(separator: "\n") + "\n", to: file)
      try run("{ type: bert, checkpoint: \(checkpoint) }", rows: file, to: "\(directory)/second")

      let original = try TokenizerLoader().load(fixture(tokenizer))
      let saved = try SavedModel.tokenizer(of: "\(directory)/second")
      for text in Self.rows {
        let pair = Self.rows.first
        #expect(saved.encode(text, pair: nil, maxLength: 9) == original.encode(text, pair: nil, maxLength: 9))
        #expect(saved.encode(text, pair: pair, maxLength: nil) == original.encode(text, pair: pair, maxLength: nil))
      }
    }
  }

  @Test func aRunThatStartsAgainTokenizesNothing() throws {
    try withTemporaryDirectory { directory in
      let checkpoint = try checkpoint("albert/model", in: directory)
      let (file, path) = ("\(directory)/rows.jsonl", "\(directory)/run")
      func write(_ rows: [String]) throws {
        try AtomicFile.write(rows.map { "{\"text\": \"\($0)\", \"label\": 0}\n" }.joined(), to: file)
      }
      try write(["the cat", "a dog", "x"])
      let model = "{ type: bert, checkpoint: \(checkpoint) }"
      #expect(try run(model, rows: file, to: path) == 3)
      #expect(try Directory.names(in: "\(path)/cache").count == 1)
      #expect(try run(model, rows: file, to: path, seed: 2) == 0)
      for name in try Directory.names(in: "\(path)/cache") { try AtomicFile.write("?", to: "\(path)/cache/\(name)") }
      #expect(try run(model, rows: file, to: path) == 3)
      try write(["the cat", "a dog", "y"])
      #expect(try run(model, rows: file, to: path) == 3)
      #expect(try Directory.names(in: "\(path)/cache").count == 2)
    }
  }
}
