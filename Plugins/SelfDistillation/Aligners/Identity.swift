import RefluxCore

/// For outputs that correspond as they are: classification and regression.
struct Identity: OutputAligner {
  static let name = "identity"
  static let summary = "The outputs of both sides already correspond."
  static let suits: Set<PredictionForm> = [.classes, .numbers, .choices]
  init(_: NoOptions, _: inout BuildContext) {}

  func summary(of output: ModelOutput, _ examples: Range<Int>) throws -> OutputSummary {
    guard output.tokens == nil else {
      throw RecipeError(
        "the aligner 'identity' compares classes, and this model predicts text; use 'vocabulary-map' or 'tokenwise'")
    }
    return OutputSummary(output.logits.detached.sliced(examples))
  }

  func align(_ output: ModelOutput, with kept: OutputSummary, temperature _: Tensor?) throws -> AlignedPair {
    let now = output.logits.sliced(0..<kept.rows.rowCount)
    guard now.shape == kept.logits.shape else {
      throw RecipeError("outputs of shape \(now.shape) and \(kept.logits.shape) do not correspond one to one")
    }
    return AlignedPair(
      student: ModelOutput(logits: now), teacher: ModelOutput(logits: kept.logits),
      weights: Tensor([Float](repeating: 1, count: now.shape[0]), on: now.backend))
  }
}
