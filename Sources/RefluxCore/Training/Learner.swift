/// An optimizer and its learning rate; a value, so copying it copies its moments.
public struct Learner {
  public var optimizer: any Optimizer
  public var schedule: any LearningRateSchedule
  public init(_ optimizer: any Optimizer, _ schedule: any LearningRateSchedule) {
    (self.optimizer, self.schedule) = (optimizer, schedule)
  }

  /// Takes one step.
  public mutating func update(
    _ module: inout any Module, named name: String, along gradient: Parameters, gradientScale: Float = 1,
    _ progress: Progress
  ) {
    optimizer.update(
      &module, named: name, along: gradient, rate: schedule.factor(progress), gradientScale: gradientScale)
  }
}
