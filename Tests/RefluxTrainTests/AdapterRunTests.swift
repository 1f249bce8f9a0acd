import RefluxAdapters
import RefluxBasics
import RefluxCPU
import RefluxCore
import RefluxEncoders
import RefluxIO
import RefluxLosses
import RefluxSelfDistillation
import RefluxTasks
import RefluxTesting
import Testing

@testable import RefluxTrain

/// Runs that train an adapter: what they save is the adapter alone, and that is enough to go on and to answer.
@Suite struct AdapterRunTests {
  private static let registry: Registry? = try? Registry([
    AdaptersPlugin.self, BasicsPlugin.self, EncodersPlugin.self, LossesPlugin.self, SelfDistillationPlugin.self,
    TasksPlugin.self,
  ])

  private func run(
    in directory: String, _ path: String, _ start: RunStart = .fresh(force: false), observers: [any Observer] = []
  ) throws {
    let rows = (0..<12).map { index in
      #"{"input_ids": [2, \#(10 + index), \#(30 + index * 7 % 50), 3], "label": "\#(index % 3 == 0 ? "yes" : "no")"}"#
    }
    try AtomicFile.write(rows.joined(separator: "\n") + "\n", to: "\(directory)/rows.jsonl")
    let text = """
      task:
        { type: text-classification, train: \(directory)/rows.jsonl, validation: \(directory)/rows.jsonl,
          labels: [no, yes] }
      model:
        type: bert
        checkpoint: \(fixture("bert/model"))
        adapter: { type: lora, rank: 4, alpha: 8, targets: [query, value], dropout: 0.1 }
      method: dynsdpb
      train: { epochs: 4, batch_size: 4, learning_rate: 0.01, save_every: 3 }
      """
    let recipe = try Recipe(text, name: "lora.yaml", try #require(Self.registry))
    var setup = RunSetup(recipe, on: CPUBackend(threads: 1))
    setup.observers = observers
    try Run.carryOut(setup, in: try RunDirectory(checking: path, start), start)
  }

  @Test func savesTheAdapterAloneAndResumesFromIt() throws {
    try withTemporaryDirectory { directory in
      try run(in: directory, "\(directory)/whole")
      #expect(throws: EndAfter.Crash.self) {
        try run(in: directory, "\(directory)/broken", observers: [EndAfter(8, nil)])
      }
      let checkpoint = "\(directory)/broken/checkpoint-6"
      #expect(!Directory.isTaken("\(checkpoint)/model.safetensors"))
      let state = try SafetensorsFile("\(checkpoint)/optimizer.safetensors")
      #expect(state.names.allSatisfy { $0.contains("lora_") || $0.contains("classifier") })
      #expect(state.names.contains { $0.contains("lora_B") })
      try run(in: directory, "\(directory)/broken", .resume(from: nil))
      let files = ["whole", "broken"].map { "\(directory)/\($0)/model/adapter_model.safetensors" }
      #expect(try sha256(of: files[0]) == sha256(of: files[1]))
      // Frozen weights are nowhere in the run.
      #expect(try Directory.files(below: "\(directory)/whole").allSatisfy { !$0.hasSuffix("/model.safetensors") })
    }
  }

  @Test func answersFromItsDirectoryAndMerged() throws {
    try withTemporaryDirectory { directory in
      try run(in: directory, "\(directory)/run")
      let (registry, backend) = (try #require(Self.registry), CPUBackend(threads: 1))
      let rows = [[EncodedRow(ids: [2, 11, 37, 3], segments: [])], [EncodedRow(ids: [2, 19, 3], segments: [])]]
      let saved = try SavedModel("\(directory)/run", registry: registry, on: backend)
      #expect(saved.prediction == .classes(["no", "yes"]) && saved.tokenizer != nil)
      let logits = try saved.logits(rows)
      let beside = try SavedModel(
        fixture("bert/model"), adapter: "\(directory)/run/model", registry: registry, on: backend)
      #expect(try beside.logits(rows) == logits)
      let base = try SavedModel(fixture("bert/model"), registry: registry, on: backend)
      #expect(try base.logits(rows) != logits)

      let adapted = try #require(saved.model as? any AdaptedModel)
      try adapted.merged.save(to: "\(directory)/merged")
      let merged = try SavedModel("\(directory)/merged", registry: registry, on: backend)
      #expect(merged.prediction == .classes(["no", "yes"]))
      for (a, b) in zip(try merged.logits(rows).joined(), logits.joined()) { #expect(abs(a - b) < 1e-5) }
    }
  }

  /// What peft wrote says neither what the outputs mean nor how many there are.
  @Test func readsWhatPeftWrote() throws {
    let (registry, backend) = (try #require(Self.registry), CPUBackend(threads: 1))
    let saved = try SavedModel(fixture("bert/lora"), registry: registry, on: backend)
    #expect(saved.prediction == .classes(["LABEL_0", "LABEL_1"]))
    #expect(saved.model.card.checkpoint?.hasSuffix("bert/lora/../model") == true)
  }
}
