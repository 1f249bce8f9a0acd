/// Measures how far the student is from the teacher.
///
/// Returns one value per example of the pair. Weighting and averaging are done by the objective, so that per-example
/// weights work with every loss.
public protocol DistillationLoss: Component {
  /// Intermediate results the two models must keep for this loss.
  var wants: ForwardPass.Wants { get }
  func callAsFunction(_ pair: AlignedPair, _ knobs: Knobs) throws -> Tensor  // [examples]
  /// Throws if the two models cannot be compared this way. Called once, before training.
  func check(student: ModelCard, teacher: ModelCard) throws
}
extension DistillationLoss {
  public var wants: ForwardPass.Wants { [] }
  public func check(student: ModelCard, teacher: ModelCard) throws {
    guard student.outputs == teacher.outputs else {
      throw RecipeError("the teacher has \(teacher.outputs) outputs and the student \(student.outputs)")
    }
  }
}

/// Two outputs whose examples correspond one to one.
public struct AlignedPair {
  public var student: ModelOutput
  public var teacher: ModelOutput
  public var weights: Tensor  // [examples]; 0 drops one
  /// Which rows of the logits are about which example; `nil`: one about each.
  public var rows: RowOffsets?
  public init(student: ModelOutput, teacher: ModelOutput, weights: Tensor, rows: RowOffsets? = nil) {
    (self.student, self.teacher, self.weights, self.rows) = (student, teacher, weights, rows)
  }
}

extension DistillationLoss {
  /// One value per example, `[examples]`: the mean over its rows where an example has several.
  public func perExample(_ pair: AlignedPair, _ knobs: Knobs) throws -> Tensor {
    guard let rows = pair.rows else { return try self(pair, knobs) }
    let owners = rows.owners
    let weights = pair.weights.rank == 0 ? pair.weights : pair.weights.taking(owners)
    let losses = try self(
      AlignedPair(student: pair.student, teacher: pair.teacher, weights: weights), knobs.spread(over: owners))
    return rows.means(of: losses)
  }
}

extension RowOffsets {
  /// The row that each position belongs to: `[tokens]`.
  public var owners: [Int] { (0..<rowCount).flatMap { row in self[row].map { _ in row } } }

  /// The mean over each row of values `[tokens]` or `[tokens, width]`; 0 for a row without any.
  public func means(of values: Tensor) -> Tensor {
    var shares = [Float](repeating: 0, count: rowCount * tokenCount)
    for row in 0..<rowCount {
      for position in self[row] { shares[row * tokenCount + position] = 1 / Float(self[row].count) }
    }
    let matrix = Tensor(shares, [rowCount, tokenCount], on: values.backend)
    guard values.rank == 1 else { return matrix.matmul(values) }
    return matrix.matmul(values.reshaped([values.count, 1])).reshaped([rowCount])
  }
}

/// What a step tells the next one about some examples, without history.
public struct OutputSummary {
  public var logits: Tensor  // [rows, width]
  /// Which rows are about which example.
  public var rows: RowOffsets
  /// `rows`: `nil` if there is one about each example.
  public init(_ logits: Tensor, rows: RowOffsets? = nil) {
    self.logits = logits.detached
    self.rows = rows ?? RowOffsets(lengths: (0..<logits.shape[0]).map { _ in 1 })
  }

  public func taking(_ examples: [Int]) -> OutputSummary {
    OutputSummary(
      logits.taking(examples.flatMap { rows[$0] }), rows: RowOffsets(lengths: examples.map { rows[$0].count }))
  }

  public static func concatenated(_ parts: [OutputSummary]) -> OutputSummary {
    OutputSummary(.concatenated(parts.map(\.logits)), rows: RowOffsets(lengths: parts.flatMap(\.rows.lengths)))
  }
}

/// Says what is compared of two outputs, which may differ in length, and so what must be remembered of one.
///
/// Default: it ``suits`` all predictions.
public protocol OutputAligner: PredictionSpecific {
  /// What is compared: what the model said about a batch, or what it says when it is asked again. Called before anything
  /// is asked of the output; its first `matched` examples will be aligned.
  func output(
    of model: any Model, on input: TokenBlock, said: ModelOutput, matched: Int, _ pass: inout ForwardPass
  ) throws -> ModelOutput
  /// What must be kept of some examples of an output for a later one to be aligned with it.
  func summary(of output: ModelOutput, _ examples: Range<Int>) throws -> OutputSummary
  /// The first examples of an output beside what was kept of them.
  ///
  /// The logits are compared after division by the temperature. `temperature` is that which will be used (a scalar, or
  /// one value per example); `nil` as long as it is not known.
  func align(_ output: ModelOutput, with kept: OutputSummary, temperature: Tensor?) throws -> AlignedPair
  /// Whether it makes a difference to align again once the temperature is known.
  var usesTemperature: Bool { get }
}

extension OutputAligner {
  public static var suits: Set<PredictionForm> { Set(PredictionForm.allCases) }
  public func output(
    of _: any Model, on _: TokenBlock, said: ModelOutput, matched _: Int, _: inout ForwardPass
  ) -> ModelOutput { said }
  public var usesTemperature: Bool { false }
}

/// Chooses, at every step, how strongly and how softly to distil.
public protocol DynamicScheduler: Component, Stateful {
  /// Whether it looks at the outputs and losses of a signal. Default: yes.
  var looksAtOutputs: Bool { get }
  /// Asked once for each batch, of which a step may have several.
  mutating func knobs(_ signal: ScheduleSignal) throws -> Knobs
}

extension DynamicScheduler { public var looksAtOutputs: Bool { true } }

/// Scalars (`[]`) or one value per example (`[examples]`); constants, no gradient flows into them.
public struct Knobs {
  /// Multiplies the loss of an example.
  public var weight: Tensor
  /// Softens both distributions.
  public var temperature: Tensor
  /// Makes up for the gradient's `1 / temperature²`: usually `temperature²`.
  public var temperatureFactor: Tensor
  /// Further numbers for the log, such as `uncertainty`: scalars or one value per example, logged as their mean.
  public var notes: [(name: String, value: Tensor)] = []
  public init(weight: Tensor, temperature: Tensor, temperatureFactor: Tensor? = nil) {
    (self.weight, self.temperature) = (weight, temperature)
    self.temperatureFactor = temperatureFactor ?? temperature * temperature
  }
}

extension Knobs {
  /// The same for parts of the examples, `owners` naming each one's example.
  public func spread(over owners: [Int]) -> Knobs {
    func spread(_ values: Tensor) -> Tensor { values.rank == 0 ? values : values.taking(owners) }
    return Knobs(
      weight: spread(weight), temperature: spread(temperature), temperatureFactor: spread(temperatureFactor))
  }
}

/// What a scheduler may look at.
///
/// The tensors carry no history.
public struct ScheduleSignal {
  public let progress: Progress
  public let student: Tensor  // [examples, classes]
  public let teacher: Tensor
  /// The task's loss of each prediction at temperature 1.
  public let studentLoss: Tensor  // [examples]
  public let teacherLoss: Tensor
  /// Of language models: the mean entropy of each example's tokens, in nats.
  public var tokenEntropies: (student: Tensor, teacher: Tensor)?  // [examples]
  public init(progress: Progress, student: Tensor, teacher: Tensor, studentLoss: Tensor, teacherLoss: Tensor) {
    (self.progress, self.student, self.teacher) = (progress, student, teacher)
    (self.studentLoss, self.teacherLoss) = (studentLoss, teacherLoss)
  }
}

/// How far a stage has come.
///
/// `step` counts finished optimizer steps.
public struct Progress: Sendable {
  public var step = 0
  public var totalSteps: Int
  public var epoch = 0
  public var stepsPerEpoch: Int
  public init(totalSteps: Int, stepsPerEpoch: Int? = nil) {
    (self.totalSteps, self.stepsPerEpoch) = (totalSteps, max(stepsPerEpoch ?? totalSteps, 1))
  }
  /// Whether the last finished step was the last of its epoch.
  public var endsEpoch: Bool { step == totalSteps || (step > 0 && step.isMultiple(of: stepsPerEpoch)) }
  /// Epochs as transformers logs them: 1.5 is halfway through the second.
  public var fractionalEpoch: Double { Double(step) / Double(stepsPerEpoch) }
}
