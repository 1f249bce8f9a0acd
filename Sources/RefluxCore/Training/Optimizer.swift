/// Moves parameters against a gradient.
public protocol Optimizer: Component, Stateful {
  /// Takes one step, in place where nobody else holds the weights.
  ///
  /// `name` tells the moments of two modules apart, `rate` multiplies the configured learning rate (the schedule's
  /// factor), and `gradientScale` the gradient (clipping).
  mutating func update(
    _ module: inout any Module, named name: String, along gradient: Parameters, rate: Float, gradientScale: Float)
  /// The peak rate, for the log.
  var learningRate: Float { get }
}

/// The learning rate over time, as a factor of its peak.
public protocol LearningRateSchedule: Component {
  /// `progress.step` is the number of finished steps, so the first step asks with 0.
  func factor(_ progress: Progress) -> Float
  /// How many of `total` steps the rate climbs to its peak. Default: 0.
  func warmup(of total: Int) -> Int
}

extension LearningRateSchedule {
  public func warmup(of _: Int) -> Int { 0 }
}
