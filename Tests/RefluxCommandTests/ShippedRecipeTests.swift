import Foundation
import RefluxCPU
import RefluxCore
import RefluxTesting
import RefluxTrain
import Testing

@testable import reflux

/// Every recipe that is shipped is right, and trains: on a handful of rows, with the tiny models of the fixtures.
@Suite struct ShippedRecipeTests {
  private let registry: Registry
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../recipes").standardized.path

  init() throws { registry = try BuiltIn.registry() }

  static var files: [String] {
    let all = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return all.filter { $0.hasSuffix(".yaml") }.sorted()
  }

  @Test func thereAreSome() { #expect(Self.files.count > 20) }

  @Test(arguments: files) func everyFileIsRight(_ file: String) throws {
    let recipe = try Recipe(file: "\(Self.folder)/\(file)", registry)
    #expect(recipe.notes.isEmpty, "\(recipe.notes)")
  }

  /// The recipes of the benchmarks that encoders learn.
  static let encoderFiles = files.filter { file in
    ["cola", "mrpc", "quickstart", "rte", "tables"].contains { file.hasPrefix($0 + "/") }
      && file != "tables/table-4.yaml"
  }

  @Test(arguments: encoderFiles) func everyFileTrains(_ file: String) throws {
    let written = try Recipe(file: "\(Self.folder)/\(file)", registry)
    let family = file == "tables/table-3.yaml" ? "deberta-v3" : "bert"
    var changes = written.models.filter { $0.model.recipe?["checkpoint"]?.isNull == false }.flatMap { role, model in
      ["models.\(role).checkpoint=\(fixture("\(family)/model"))"]
        + (model.recipe?["layers"]?.isNull == false ? ["models.\(role).layers=2"] : [])
    }
    if written.models.count == 1 { changes = changes.map { $0.replacing("models.student", with: "model") } }
    changes += file.hasPrefix("quickstart") ? ["task.train_size=60", "task.validation_size=20"] : []
    try train(["\(Self.folder)/\(file)"] + changes, ownData: file.hasPrefix("quickstart"))
  }

  struct Cell: Sendable, CustomTestStringConvertible {
    let model: String, method: String, arguments: [String]
    var testDescription: String { "\(model) \(method)" }
  }

  /// The commands of a table, as its script prints them.
  private static func commands(_ table: String, _ choice: [String: String] = [:]) throws -> [[String]] {
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["bash", "\(folder)/tables/run.sh", table, "--print"]
    process.environment = ProcessInfo.processInfo.environment.merging(choice) { $1 }
    process.standardOutput = output
    try process.run()
    let printed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return printed.split(separator: "\n").map { line in
      line.replacing("reflux train ", with: "").dropFirst().dropLast().components(separatedBy: "' '")
    }
  }

  @Test(arguments: [("1", 6 * 7 * 5), ("3", 3 * 5 * 5), ("4", 4 * 5 * 4), ("5", 6 * 2 * 5)])
  func everyCellOfTheTablesIsRight(_ table: String, _ count: Int) throws {
    let cells = try Self.commands(table)
    #expect(cells.count == count && Set(cells).count == count)
    for cell in cells {
      let recipe = try Recipe(file: cell[0], overrides: Array(cell.dropFirst()), registry)
      #expect(recipe.notes.isEmpty)
    }
  }

  /// A name that the script of the tables has for a model, and its family in the fixtures.
  struct Family: Sendable, CustomTestStringConvertible {
    let table: String, name: String, folder: String
    /// All of the tables by default.
    var methods = "finetune double-finetune dynamic-finetune sequential-dlb random-dlb dynsdpb"
    var testDescription: String { folder }
  }

  static let families = [
    Family(table: "1", name: "bert-6", folder: "bert"), Family(table: "1", name: "roberta-12", folder: "roberta"),
    Family(table: "1", name: "albert-6", folder: "albert"),
    Family(table: "3", name: "deberta-large", folder: "deberta-v1"),
    // The methods know nothing of the models: two for those that differ in nothing but their configuration.
    Family(table: "3", name: "deberta-v2", folder: "deberta-v2-conv", methods: "finetune dynsdpb"),
    Family(table: "3", name: "deberta-v3-large", folder: "deberta-v3", methods: "finetune dynsdpb"),
  ]

  /// Two labels (RTE) and a choice between rows (COPA), by the methods of the tables.
  @Test(arguments: families, ["rte", "copa"])
  func everyFamilyTrainsByTheMethods(_ family: Family, _ task: String) throws {
    let cells = try Self.commands(family.table, ["MODELS": family.name, "TASKS": task, "METHODS": family.methods])
    #expect(cells.count == family.methods.split(separator: " ").count)
    for cell in cells {
      try train(cell + ["model.checkpoint=\(fixture("\(family.folder)/model"))", "model.layers=2"])
    }
  }

  /// Text through an adapter, by every method of Table 4, in its batches of two.
  @Test func everyMethodTrainsAnAdapterOfALlama() throws {
    let cells = try Self.commands("4", ["MODELS": "llama-3-8b", "TASKS": "gsm8k"])
    #expect(cells.count == 4)
    for cell in cells {
      try train(
        cell + ["model.checkpoint=\(fixture("llama3/model"))", "task.validation_size=2"],
        sizes: ["max_length=200"], saved: "adapter_model")
    }
  }

  /// Every task of Table 4, and every family of its models, by one method.
  @Test(
    arguments: ["svamp", "hellaswag", "aqua", "mathqa"].map { ($0, "llama3", 400) }
      + ["llama1", "llama2"].map { ("gsm8k", $0, 120) })
  func everyTaskAndEveryLlamaTrainsAnAdapter(_ task: String, _ family: String, _ length: Int) throws {
    let cells = try Self.commands("4", ["MODELS": "llama-3-8b", "TASKS": task, "METHODS": "dynsdpb"])
    #expect(cells.count == 1)
    for cell in cells {
      try train(
        cell + [
          "model.checkpoint=\(fixture("\(family)/model"))", "task.validation_size=2", "task.max_new_tokens=4",
        ], sizes: ["max_length=\(length)"], saved: "adapter_model")
    }
  }

  /// Self-training of a language model: sampled, checked, and stopped at the latest where nothing is right.
  @Test(arguments: files.filter { $0.hasPrefix("gsm8k/") }) func everySelfTrainingOfALlamaRuns(_ file: String) throws {
    let changes = [
      "model.checkpoint=\(fixture("llama3/model"))", "task.validation_size=2", "task.max_new_tokens=8",
      "method.samples=1", "method.shots=1", "method.rounds=1", "evaluation_batch_size=8",
    ]
    let recipe = ["\(Self.folder)/\(file)"] + changes
    guard !file.contains("dynsdpb") else {
      return try train(recipe, sizes: ["max_length=200", "train.batch_size=4"], saved: "adapter_model")
    }
    // A model with random weights solves nothing.
    let message = thrownMessage { try train(recipe, sizes: ["max_length=200"], saved: "adapter_model") } ?? ""
    #expect(message.hasPrefix("round 1 keeps none of the 6 samples "), "\(message)")
  }

  /// Text of one's own: prompts with responses, and chats.
  @Test(arguments: ["finetune", "chat"]) func textOfOnesOwnTrains(_ name: String) throws {
    try withTemporaryDirectory { directory in
      let rows = (0..<8).map { number in
        name == "chat"
          ? #"{"messages": [{"role": "user", "content": "Say \#(number)"}, {"role": "assistant", "content": "\#(number)"}]}"#
          : #"{"prompt": "Say \#(number):", "response": " \#(number)"}"#
      }
      try Data((rows.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: "\(directory)/rows.jsonl"))
      let changes = [
        "task.train=\(directory)/rows.jsonl", "task.validation=\(directory)/rows.jsonl",
        "model.checkpoint=\(fixture("llama2/model"))",
      ]
      try train(
        ["\(Self.folder)/text/\(name).yaml"] + changes, ownData: true, sizes: ["train.batch_size=4"],
        saved: "adapter_model")
    }
  }

  /// Carries out two or three steps and looks at what is left.
  private func train(
    _ arguments: [String], ownData: Bool = false, sizes: [String] = ["max_length=24", "train.batch_size=4"],
    saved: String = "model"
  ) throws {
    try withTemporaryDirectory { directory in
      if !ownData { try Self.writeRows(to: directory) }
      let small = sizes + ["train.max_steps=3", "output=\(directory)/run"]
      let data = ownData ? [] : ["task.data=\(directory)"]
      let recipe = try Recipe(file: arguments[0], overrides: arguments.dropFirst() + small + data, registry)
      let start = RunStart.fresh(force: false)
      let results = try Run.carryOut(
        RunSetup(recipe, on: CPUBackend(threads: 1)), in: RunDirectory(checking: "\(directory)/run", start), start)
      #expect(results.steps >= 3)
      #expect(results.scores.allSatisfy { $0.1.allSatisfy { $0.value.isFinite } } && !results.scores.isEmpty)
      #expect(FileManager.default.fileExists(atPath: "\(directory)/run/model/\(saved).safetensors"))
    }
  }
}
