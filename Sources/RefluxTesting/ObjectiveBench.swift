import RefluxCore

/// Puts an objective through optimizer steps on given logits and shows what it says, without an optimizer or a loop.
public struct ObjectiveBench {
  public var objective: any Objective
  public let task: LogitTableTask
  public var progress: Progress
  /// Answers for the examples; the step's gradient is taken at its rows.
  public var student: LogitTable
  public var teacher: LogitTable?

  public init(_ objective: any Objective, _ task: LogitTableTask, student: [[Float]], teacher: [[Float]]? = nil) {
    (self.objective, self.task, self.student) = (objective, task, LogitTable(student))
    self.teacher = teacher.map { LogitTable($0) }
    progress = Progress(totalSteps: 100, stepsPerEpoch: 10)
  }

  public struct Result {
    /// By name, as in the log; `loss` is what was differentiated.
    public let numbers: [String: Double]
    /// With respect to the student's table.
    public let gradient: [[Float]]
  }

  public var modules: ModuleSet {
    var modules = ModuleSet()
    modules[ModelRole.student] = student
    modules[ModelRole.teacher] = teacher
    return modules
  }

  public mutating func prepare(tokenizer: @escaping (String) -> (any Tokenizer)? = { _ in nil }) throws {
    var stage = StageContext(modules: modules, task: task, data: EmptyData(), seed: 1, tokenizer: tokenizer)
    try objective.prepare(&stage)
  }

  /// One optimizer step in one or more batches.
  public mutating func step(_ batches: [PlannedBatch]) throws -> Result {
    let totals = batches.reduce((0, 0)) { ($0.0 + $1.indices.count, $0.1 + $1.matched.count) }
    var (log, gradient) = (StepLog(), Parameters())
    for planned in batches {
      var batch = task.batch(planned.indices, matched: planned.matched.count)
      batch.step = (totals.0, totals.1, totals.0)
      let turn = objective.turns(progress)[0]
      let (report, gradients) = try modules.valueAndGradient(of: turn.trains) { tracked in
        var step = StepContext(
          tracked, task, progress, ForwardPass(training: true), BatchStreams { _, _ in throw RecipeError("no data") })
        let report = try objective.loss(turn, batch, &step)
        return (report.total, report.detached)
      }
      log.add(report, of: turn)
      gradient = gradient + (gradients[ModelRole.student] ?? Parameters())
    }
    progress.step += 1
    try objective.stepEnded(progress)
    let classes = student.logits.shape[1]
    let rows = gradient["logits"]?.floats ?? [Float](repeating: 0, count: student.logits.count)
    return Result(
      numbers: Dictionary(uniqueKeysWithValues: log.numbers.map { ($0.name, $0.value) }),
      gradient: rows.chunked(by: classes))
  }
  public mutating func step(matched: [Int] = [], new: [Int]) throws -> Result {
    try step([PlannedBatch(matched: matched, new: new)])
  }
}

private struct EmptyData: Dataset {
  let count = 0
  let lengths: [Int] = []
  func batch(_: [Int]) throws -> Batch { throw RecipeError("there is no data") }
}
