/// A benchmark: its data, its labels, how it is scored, and the loss of its labels.
public protocol Task: Component {
  /// What every task of this name predicts; `nil` where its options decide.
  static var form: PredictionForm? { get }
  /// What the model must predict.
  var prediction: PredictionKind { get }
  /// The splits that scores are reported on, in order (MNLI has two).
  var evaluationSplits: [Split] { get }
  /// Reads a split. A broken file throws with its name and line.
  func examples(_ split: Split) throws -> [Example]
  /// Throws what ``examples(_:)`` would throw if the file of a split is not there; reads nothing.
  func locate(_ split: Split) throws
  /// Fresh ones, the headline first.
  func metrics() -> [any Metric]
  /// Every word of a task that comes with its own language; a model without a checkpoint reads it with these.
  var words: [String]? { get }
  /// The supervised loss, one value per example: `[examples]`. `temperature` (one value, or one per example) divides
  /// the logits of a classification. Default: what goes with `prediction`; of text, the mean over a row's labelled
  /// positions.
  func loss(_ output: ModelOutput, _ block: TokenBlock, temperature: Tensor?) throws -> Tensor
  /// How many targets the loss of each example is the mean of; they add up to ``Batch/step``'s `targets`. Default: one
  /// each, and of text the labelled positions.
  func targetCounts(_ block: TokenBlock) -> [Int]
}
extension Task {
  public static var form: PredictionForm? { nil }
  public func locate(_: Split) throws {}
  public var evaluationSplits: [Split] { [.validation] }
  public var words: [String]? { nil }
  public func loss(_ output: ModelOutput, _ block: TokenBlock) throws -> Tensor {
    try loss(output, block, temperature: nil)
  }
  public func targetCounts(_ block: TokenBlock) -> [Int] {
    guard case .tokens(let rows) = block.targets else { return [Int](repeating: 1, count: block.exampleCount) }
    return rows.map { $0.count { $0 >= 0 } }
  }

  /// A batch's share of the mean loss over all targets of its step, from one loss per example.
  public func mean(_ losses: Tensor, over batch: Batch) throws -> Tensor {
    let counts = targetCounts(try batch.input)
    let sums = counts.allSatisfy { $0 == 1 } ? losses : losses * Tensor(counts.map(Float.init))  // [examples]
    return sums.sum() / Float(max(batch.step.targets, 1))
  }
}
