/// Turns predictions into numbers, batch by batch.
public protocol Metric: PredictionSpecific {
  /// Counts a batch.
  mutating func update(_ output: ModelOutput, _ block: TokenBlock)
  /// The scores so far, by name; higher is better. The first is the task's headline.
  var scores: [(name: String, value: Double)] { get }
}
