/// What one batch teaches: the heart of a distillation method.
///
/// An objective never touches an optimizer. It says whose turn it is and
/// returns a scalar; the loop differentiates that scalar with respect to the
/// modules whose turn it is and takes the step.
public protocol Objective: Component, Stateful {
  /// The models it needs besides the student, by role.
  static var roles: [String] { get }
  /// Whether it learns only from examples that the step before had too. Default: no.
  static var needsRepeats: Bool { get }

  /// Who takes a gradient step for each batch, in order. Default: the student, once.
  func turns(_ progress: Progress) -> [Turn]

  /// Called once before the first batch: add helper modules, build memories, check models fit.
  mutating func prepare(_ stage: inout StageContext) throws

  /// The loss of this batch for this turn. Modules whose turn it is are tracked; the rest are constants.
  mutating func loss(_ turn: Turn, _ batch: Batch, _ step: inout StepContext) throws -> LossReport

  /// Called after each optimizer step, when all of its batches have been seen: what they have left to remember counts from
  /// here on, so that a step means the same however it is cut.
  mutating func stepEnded(_ progress: Progress) throws

  /// How to answer at evaluation time. Default: ask the student.
  func predict(_ block: TokenBlock, _ modules: ModuleSet, _ pass: inout ForwardPass) throws -> ModelOutput
}

extension Objective {
  public static var roles: [String] { [] }
  public static var needsRepeats: Bool { false }
  public func turns(_: Progress) -> [Turn] { [Turn("student")] }
  public mutating func prepare(_: inout StageContext) throws {}
  public mutating func stepEnded(_: Progress) throws {}
  public func predict(_ block: TokenBlock, _ modules: ModuleSet, _ pass: inout ForwardPass) throws -> ModelOutput {
    let student = try modules.model("student")
    return try student(block, &pass)
  }
}

/// One gradient step: which modules move, and in how many passes their gradient is gathered.
public struct Turn: Sendable {
  public var name: String
  public var trains: [String]
  public var passes: Int
  public var pass = 0
  public init(_ name: String, trains: [String]? = nil, passes: Int = 1) {
    (self.name, self.trains, self.passes) = (name, trains ?? [name], passes)
  }
  public func at(_ pass: Int) -> Turn { var turn = self; turn.pass = pass; return turn }
}

/// A scalar to differentiate and the named parts it is made of, for the log.
///
/// A batch of a step reports its share: sums divided by the step's totals (``Batch/step``). The loop adds the shares.
/// The parts stay tensors: reading one as a number would make the device wait.
public struct LossReport {
  public typealias Part = (name: String, value: Tensor, combination: StepLog.Combination)

  public private(set) var total: Tensor
  public private(set) var parts: [Part]

  /// A total of `weight · value`; the part is logged unweighted.
  public init(_ name: String, _ value: Tensor, weight: Float = 1) {
    (total, parts) = (weight == 1 ? value : value * weight, [(name, value.detached, .sum)])
  }

  /// Adds `weight · value` to the total; the part is logged unweighted.
  public mutating func add(_ name: String, _ value: Tensor, weight: Float = 1) {
    total += weight == 1 ? value : value * weight
    parts.append((name, value.detached, .sum))
  }

  /// The report without the total's history, which would keep every activation alive during the backward pass.
  public var detached: LossReport {
    var report = self
    report.total = total.detached
    return report
  }

  /// A number for the log only: a batch's share of a sum, or an extreme of its examples.
  public mutating func note(_ name: String, _ value: Tensor, _ combination: StepLog.Combination = .sum) {
    parts.append((name, value.detached, combination))
  }
}

extension LossReport {
  /// Notes the weights, temperatures and further numbers of some of a step's examples: means, and the temperatures' range.
  ///
  /// `count` examples of this batch share the knobs; the step has `total` of them.
  public mutating func note(_ knobs: Knobs, examples count: Int, of total: Int) {
    func share(_ value: Tensor) -> Tensor {
      value.rank == 0 ? value * (Float(count) / Float(total)) : value.sum() / Float(total)
    }
    note("weight", share(knobs.weight))
    note("temperature", share(knobs.temperature))
    let (temperatures, backend) = (knobs.temperature.floats, knobs.temperature.backend)
    note("temperature_min", Tensor(temperatures.min() ?? .nan, on: backend), .minimum)
    note("temperature_max", Tensor(temperatures.max() ?? .nan, on: backend), .maximum)
    for (name, value) in knobs.notes { note(name, share(value)) }
  }
}

/// What an objective sees before training.
public struct StageContext {
  public var modules: ModuleSet
  public let task: any Task
  public let data: any Dataset
  public let seed: UInt64
  /// Loads the tokenizer in a checkpoint's directory; `nil` where there is none that can be read.
  public let tokenizer: (String) -> (any Tokenizer)?
  public init(
    modules: ModuleSet, task: any Task, data: any Dataset, seed: UInt64,
    tokenizer: @escaping (String) -> (any Tokenizer)? = { _ in nil }
  ) {
    (self.modules, self.task, self.data, self.seed) = (modules, task, data, seed)
    self.tokenizer = tokenizer
  }
}

/// What an objective sees at each step.
public struct StepContext {
  public let modules: ModuleSet
  public let task: any Task
  public let progress: Progress
  public var pass: ForwardPass
  private let streams: BatchStreams

  public init(
    _ modules: ModuleSet, _ task: any Task, _ progress: Progress, _ pass: ForwardPass, _ streams: BatchStreams
  ) {
    (self.modules, self.task, self.progress, self.pass) = (modules, task, progress, pass)
    self.streams = streams
  }

  public var student: any Model { get throws { try modules.model("student") } }
  public var teacher: any Model { get throws { try modules.model("teacher") } }

  /// The next batch of another split: MetaDistil's quiz, LGTM's validation set.
  public func nextBatch(_ split: Split) throws -> Batch { try streams.next(split) }
}

/// An optimizer and its learning rate; a value, so copying it copies its moments.
public struct Learner {
  public var optimizer: any Optimizer
  public var schedule: any LearningRateSchedule
  public init(_ optimizer: any Optimizer, _ schedule: any LearningRateSchedule) {
    (self.optimizer, self.schedule) = (optimizer, schedule)
  }

  public mutating func update(
    _ module: inout any Module, named name: String, along gradient: Parameters, gradientScale: Float = 1,
    _ progress: Progress
  ) {
    optimizer.update(
      &module, named: name, along: gradient, rate: schedule.factor(progress), gradientScale: gradientScale)
  }
}

/// Endless batches of each split.
///
/// Which batch comes next is a count per split, so that a resumed run goes on where it was.
public final class BatchStreams: Stateful {
  private var drawn: [Split: Int] = [:]
  private let batch: (Split, Int) throws -> Batch

  /// `batch` makes the batch of a split with a given number, counted from 0.
  public init(_ batch: @escaping (Split, Int) throws -> Batch) { self.batch = batch }

  public func next(_ split: Split) throws -> Batch {
    let number = drawn[split, default: 0]
    drawn[split] = number + 1
    return try batch(split, number)
  }

  public func state() -> RunState {
    .map(Dictionary(uniqueKeysWithValues: drawn.map { ($0.rawValue, .integer($1)) }))
  }
  public func restore(_ state: RunState) throws {
    drawn = [:]
    for (split, count) in try state.map() { drawn[Split(rawValue: split)] = try count.integer() }
  }
}
