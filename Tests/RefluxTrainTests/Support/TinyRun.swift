import RefluxBasics
import RefluxCPU
import RefluxCore
import RefluxEncoders
import RefluxLosses
import RefluxSelfDistillation
import RefluxSelfTraining
import RefluxTeacherDistillation
import RefluxTesting

@testable import RefluxIO
@testable import RefluxTrain

/// A run of a few dozen steps: a BERT of two narrow layers, dropout on.
struct TinyRun {
  static let registry: Registry? = try? Registry([
    BasicsPlugin.self, EncodersPlugin.self, LossesPlugin.self, SelfDistillationPlugin.self, SelfTrainingPlugin.self,
    TeacherDistillationPlugin.self, TinyPlugin.self,
  ])

  var method = "finetune"
  var overrides: [String] = []
  var threads = 1

  private var recipe: String {
    """
    task: { type: tiny }
    model: { type: bert, layers: 2, hidden_size: 16, heads: 2, vocabulary_size: 30, max_positions: 16 }
    method: \(method)
    train:
      epochs: 3
      optimizer: { type: adamw, learning_rate: 0.01 }
      schedule: { type: linear, warmup_ratio: 0.1 }
    """
  }

  /// Carries the run out in a directory.
  @discardableResult func callAsFunction(
    in path: String, _ start: RunStart = .fresh(force: false), observers: [any Observer] = [],
    interruption: Interruption = Interruption(), backend: CPUBackend? = nil
  ) throws -> RunResults {
    guard let registry = Self.registry else { throw RecipeError("the test's plugins clash") }
    let directory = try RunDirectory(checking: path, start)
    let recipe = try Recipe(recipe, name: "tiny.yaml", overrides: overrides, registry)
    var setup = RunSetup(recipe, on: backend ?? CPUBackend(threads: threads))
    (setup.observers, setup.interruption) = (observers, interruption)
    return try Run.carryOut(setup, in: directory, start)
  }
}

/// Everything a run leaves that must not depend on whether it was interrupted.
struct Remains: Equatable {
  let model: String
  let metrics: [JSON]
  let predictions: String
  let evaluation: JSON

  init(_ path: String) throws {
    model = try sha256(of: "\(path)/model/model.safetensors")
    predictions = try sha256(of: "\(path)/predictions/validation.jsonl")
    evaluation = try JSON(contentsOf: "\(path)/eval_results.json")
    metrics = try JSONLinesReader.read("\(path)/metrics.jsonl").map { _, row in
      guard var fields = row.object else { return row }
      fields["seconds"] = nil
      return .object(fields)
    }
  }
}

/// Ends a run after some steps: politely, as Ctrl-C does, or like a crash, with nothing saved.
struct EndAfter: Observer {
  struct Crash: Error {}
  let steps: Int
  /// `nil`: crash.
  let interruption: Interruption?
  private var seen = 0
  init(_ steps: Int, _ interruption: Interruption?) { (self.steps, self.interruption) = (steps, interruption) }

  mutating func observe(_ event: RunEvent) throws -> Verdict {
    if case .step = event { seen += 1 }
    guard seen == steps else { return .carryOn }
    guard let interruption else { throw Crash() }
    interruption.stop()
    return .carryOn
  }
}
