import RefluxCore

/// A runner that takes notes instead of training: what a strategy did, in order.
public final class NotedRunner: Runner {
  public var modules = ModuleSet()
  public let task: any Task
  public let seed: UInt64
  /// Such as `train round 1` and `predict round 1: predict`.
  public private(set) var notes: [String] = []
  /// The data and the models that each training was given.
  public private(set) var trainings: [(name: String, plan: TrainPlan, modules: ModuleSet)] = []
  public private(set) var recorded: [String: [(name: String, value: Double)]] = [:]
  public private(set) var tables: [String: [[(name: String, value: RecordedValue)]]] = [:]
  /// Stands for training: what becomes of the models.
  public var train: (String, inout ModuleSet) -> Void = { _, _ in }
  /// Stands for generating: what is written after each prompt.
  public var write: (String, [String]) -> [[WrittenText]] = { _, prompts in prompts.map { _ in [] } }
  /// What each generation was asked.
  public private(set) var generations: [(name: String, prompts: [String], samples: Int, options: GenerationOptions)] =
    []

  public init(_ task: any Task, seed: UInt64 = 1) { (self.task, self.seed) = (task, seed) }

  public func train(_ name: String, _ plan: TrainPlan) throws -> any Objective {
    notes.append("train \(name)")
    trainings.append((name, plan, modules))
    train(name, &modules)
    return plan.objective
  }

  public func evaluate(
    _ name: String, on split: Split, _: Predictor
  ) throws -> [(name: String, value: Double)] {
    notes.append("evaluate \(name) on \(split.rawValue)")
    return []
  }

  public func predict(_ name: String, on data: any Dataset, _ predict: Predictor) throws -> [ExampleAnswer] {
    notes.append("predict \(name)")
    let batch = try data.batch(Array(0..<data.count))
    var pass = ForwardPass(training: false)
    let logits = try predict(try batch.input, modules, &pass).logits
    let rows = logits.floats.chunked(by: logits.shape[1])
    let examples = (data as? NotedDataset)?.examples ?? []
    return rows.indices.map { ExampleAnswer(batch.examples[$0], logits: rows[$0], label: examples[$0].label) }
  }

  public func generate(
    _ name: String, after prompts: [String], samples: Int, _ options: GenerationOptions
  ) throws -> [[WrittenText]] {
    notes.append("generate \(name)")
    generations.append((name, prompts, samples, options))
    return write(name, prompts)
  }

  public func dataset(_ split: Split) throws -> any Dataset { NotedDataset(try task.examples(split)) }

  public func makeDataset(_ name: String, _ body: () throws -> [Example]) throws -> any Dataset {
    notes.append("make \(name)")
    return NotedDataset(try body())
  }

  public func record(_ name: String, _ values: [(name: String, value: RecordedValue)]) throws {
    notes.append("record \(name)")
    recorded[name] = values.compactMap { name, value in value.number.map { (name, $0) } }
  }

  public func note(_ text: String) { notes.append("note \(text)") }

  public func record(_ name: String, rows: [[(name: String, value: RecordedValue)]]) throws {
    notes.append("write \(name)")
    tables[name] = rows
  }
}

/// Examples that are token ids already.
public struct NotedDataset: Dataset {
  public let examples: [Example]
  public init(_ examples: [Example]) { self.examples = examples }

  public var count: Int { examples.count }
  public var lengths: [Int] { examples.map { ids($0).count } }

  public func batch(_ indices: [Int]) throws -> Batch {
    let rows = indices.map { ids(examples[$0]) }
    let block = TokenBlock(ids: rows.flatMap { $0 }, rows: RowOffsets(lengths: rows.map(\.count)))
    return Batch(indices.map(ExampleID.init), input: block)
  }

  private func ids(_ example: Example) -> [Int32] {
    if case .tokens(let ids, _)? = example.rows.first { ids } else { [] }
  }
}
