/// Chooses, at every step, how strongly and how softly to distil.
public protocol DynamicScheduler: Component, Stateful {
  /// Whether it looks at the outputs and losses of a signal. Default: yes.
  var looksAtOutputs: Bool { get }
  /// The weights and temperatures of a comparison that is about to be made.
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
