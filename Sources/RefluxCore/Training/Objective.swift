/// What one batch teaches: the heart of a distillation method.
///
/// An objective never touches an optimizer. It says whose turn it is and returns a scalar; the loop differentiates that
/// scalar with respect to the modules whose turn it is and takes the step.
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
  public func turns(_: Progress) -> [Turn] { [Turn(ModelRole.student)] }
  public mutating func prepare(_: inout StageContext) throws {}
  public mutating func stepEnded(_: Progress) throws {}
  public func predict(_ block: TokenBlock, _ modules: ModuleSet, _ pass: inout ForwardPass) throws -> ModelOutput {
    let student = try modules.model(ModelRole.student)
    return try student(block, &pass)
  }
}

/// One gradient step: which modules move, and in how many passes their gradient is gathered.
public struct Turn: Sendable {
  /// What logs call it.
  public var name: String
  /// The modules that move.
  public var trains: [String]
  /// How often each batch is gone through, and which time this is.
  public var passes: Int
  public var pass = 0
  public init(_ name: String, trains: [String]? = nil, passes: Int = 1) {
    (self.name, self.trains, self.passes) = (name, trains ?? [name], passes)
  }

  /// The same turn in one of its passes.
  public func at(_ pass: Int) -> Turn {
    var turn = self
    turn.pass = pass
    return turn
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

  public var student: any Model { get throws { try modules.model(ModelRole.student) } }
  public var teacher: any Model { get throws { try modules.model(ModelRole.teacher) } }

  /// The next batch of another split: MetaDistil's quiz, LGTM's validation set.
  public func nextBatch(_ split: Split) throws -> Batch { try streams.next(split) }
}
