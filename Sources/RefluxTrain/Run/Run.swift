import RefluxCore
import RefluxIO

/// Carries a strategy out in a run directory: trains, scores, makes data, saves, and reports to the observers.
public final class Run: Runner {
  public var modules: ModuleSet
  public let task: any Task
  /// `nil` when the data is tokenized already.
  let tokenizer: (any Tokenizer)?
  /// What tells this tokenizer from others; `nil` when its work is not kept.
  let tokenizerFingerprint: String?
  public let seed: UInt64
  public let directory: RunDirectory
  let setup: RunSetup
  let startMode: RunStart
  let metrics: MetricsLog
  var observers: [any Observer]
  var results = RunResults()
  /// What the student can read; taken down at the start, because a stage holds the student by itself.
  private(set) var rowLimits: (vocabularySize: Int, maxLength: Int)?
  /// Where a resumed run goes on; taken by the stage it belongs to.
  var checkpoint: Checkpoint?
  private var journal: Journal
  private var verdict = Verdict.carryOn
  private var datasets: [Split: any Dataset] = [:]
  /// Notes that are not worth saying again.
  private var said: Set<String> = []

  /// Builds what the recipe names and carries its strategy out, to the final model in `model/`.
  ///
  /// `directory` comes from ``RunDirectory/init(checking:_:)`` with the same `start`; it is made when everything is
  /// built. A new run that fails before it has done anything leaves no directory, and an earlier run where it was.
  /// - Throws: ``RunError`` for what a person can mend, ``Interrupted`` after Ctrl-C, and whatever components throw.
  @discardableResult public static func carryOut(
    _ setup: RunSetup, in directory: RunDirectory, _ start: RunStart
  ) throws -> RunResults {
    let (run, strategy) = try built(setup, directory, start)
    let claim = try directory.open(start, recipe: setup.recipe)
    run.metrics.willWrite = claim.keep
    do {
      try run.openCheckpoint()
      try run.reportModels()
      try strategy.run(run)
      try run.finish()
    } catch let stop as Interrupted {
      try claim.keep()
      throw stop
    } catch {
      claim.abandon()
      throw error
    }
    return run.results
  }

  /// In a function of its own, so that nothing but the run holds the models afterwards.
  private static func built(
    _ setup: RunSetup, _ directory: RunDirectory, _ start: RunStart
  ) throws -> (Run, any Strategy) {
    let parts = try setup.build()
    return (Run(setup, parts, in: directory, start), parts.strategy)
  }

  private init(_ setup: RunSetup, _ parts: RunParts, in directory: RunDirectory, _ start: RunStart) {
    (self.setup, self.directory, startMode) = (setup, directory, start)
    (task, modules, tokenizer) = (parts.task, parts.modules, parts.tokenizer)
    tokenizerFingerprint = parts.tokenizerFingerprint
    (seed, observers) = (setup.seed, setup.observers)
    metrics = MetricsLog(directory.metrics)
    journal = Journal(directory.stages)
    if let card = (modules[ModelRole.student] as? any Model)?.card {
      rowLimits = (card.vocabularySize, card.rowLimit(setup.maxLength, for: task.prediction))
    }
  }

  // MARK: - What strategies ask for

  @discardableResult public func train(_ name: String, _ plan: TrainPlan) throws -> any Objective {
    try StageRun.carryOut(plan, as: journal.next(name), in: self)
  }

  @discardableResult public func evaluate(
    _ name: String, on split: Split, _ predict: Predictor
  ) throws -> [(name: String, value: Double)] {
    let scores = try result(of: name) { _ in
      let scores = try score(modules, predict, split, stage: name, isFinal: true)
      try metrics.write(JSONObject([("stage", .string(name))] + scores.fields))
      return (scores.json, [])
    } read: { value, _, path in
      try SplitScores(JSONFields(value, path: path))
    }
    results.record(scores)
    return scores.scores
  }

  public func predict(_ name: String, on data: any Dataset, _ predict: Predictor) throws -> [ExampleAnswer] {
    let logits = try result(of: name) { _ in
      let answers = try evaluator(modules).ask(predict, about: data, scoring: false) { _ in try stopIfWanted() }.answers
      let width = answers.first?.logits.count ?? 0
      return (.null, [("logits", Tensor(answers.flatMap(\.logits), [answers.count, width]))])
    } read: { _, tensors, path in
      guard let logits = tensors.first?.tensor else { throw FileError(path, "has no logits") }
      return logits
    }
    let (floats, width) = (logits.floats, logits.shape[1])
    guard logits.shape[0] == data.count else {
      throw RunError("'\(name)' has stored \(logits.shape[0]) answers, the data has \(data.count) examples")
    }
    return try (0..<data.count).map { index in
      let batch = try data.batch([index])
      return ExampleAnswer(
        batch.examples[0], logits: Array(floats[index * width..<(index + 1) * width]),
        label: try batch.input.targets?.label(0))
    }
  }

  public func makeDataset(_ name: String, _ body: () throws -> [Example]) throws -> any Dataset {
    let examples = try result(of: name) { _ in
      (.array(try body().map(\.json)), [])
    } read: { value, _, path in
      try (value.array ?? []).map { try Example($0, path: path) }
    }
    return try encoded(examples, name: name)
  }

  public func dataset(_ split: Split) throws -> any Dataset {
    if let known = datasets[split] { return known }
    let data = try encoded(try task.examples(split), name: "the \(split.rawValue) split")
    datasets[split] = data
    return data
  }

  // MARK: - Shared by the stages

  /// Does something once: the first time `body` makes a result that is stored, later it is read back.
  @discardableResult func result<Value>(
    of name: String, _ body: (Action) throws -> (JSON, [(name: String, tensor: Tensor)]),
    read: (JSON, [(name: String, tensor: Tensor)], String) throws -> Value
  ) throws -> Value {
    let action = journal.next(name)
    if !action.isFinished {
      try stopIfWanted()
      let (value, tensors) = try body(action)
      try metrics.sync()
      try ActionResult(metricsBytes: metrics.bytes, value: value, tensors: tensors).write(action)
    }
    let stored = try ActionResult(reading: action, on: setup.backend)
    try metrics.rewind(to: stored.metricsBytes)
    return try read(stored.value, stored.tensors, action.path)
  }

  func notify(_ event: RunEvent) throws {
    for index in observers.indices where try observers[index].observe(event) == .stop { verdict = .stop }
  }

  /// Says a note only the first time.
  func notifyOnce(_ event: RunEvent) throws {
    if case .note(let text) = event, !said.insert(text).inserted { return }
    try notify(event)
  }

  /// What the observers have said since the last time.
  func takeVerdict() -> Verdict {
    defer { verdict = .carryOn }
    return verdict
  }

  func stopIfWanted() throws {
    guard setup.interruption.isWanted else { return }
    throw Interrupted(description: "stopped; --resume goes on with \(directory.path)")
  }

  func evaluator(_ modules: ModuleSet) -> Evaluator {
    Evaluator(task: task, modules: modules, batchSize: setup.evaluationBatchSize)
  }
}
