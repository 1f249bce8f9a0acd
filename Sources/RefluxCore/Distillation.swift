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
  public init(student: ModelOutput, teacher: ModelOutput, weights: Tensor) {
    (self.student, self.teacher, self.weights) = (student, teacher, weights)
  }
}

/// An output together with the tokens it is about.
public struct Prediction {
  public var output: ModelOutput
  public var targets: Targets?
  public init(_ output: ModelOutput, targets: Targets?) { (self.output, self.targets) = (output, targets) }

  public var detached: Prediction { Prediction(output.detached, targets: targets) }
  /// The logits and targets of some examples; intermediate results are left out.
  public func taking(_ examples: [Int]) -> Prediction {
    Prediction(ModelOutput(logits: output.logits.taking(examples)), targets: targets?.taking(examples))
  }
}

/// Matches two outputs that differ in length or vocabulary.
public protocol OutputAligner: Component {
  func align(student: Prediction, teacher: Prediction) throws -> AlignedPair
}

/// Chooses, at every step, how strongly and how softly to distil.
public protocol DynamicScheduler: Component, Stateful {
  mutating func knobs(_ signal: ScheduleSignal) throws -> Knobs
}

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
