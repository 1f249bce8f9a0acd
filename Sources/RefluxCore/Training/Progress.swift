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
