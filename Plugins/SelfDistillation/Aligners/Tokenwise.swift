import RefluxCore

/// Compares the predictions of each position with those of the same position: the natural competitor of vocabulary maps.
///
/// The logits of every labelled position are remembered, `[positions, vocabulary]`.
struct Tokenwise: OutputAligner {
  static let name = "tokenwise"
  static let summary = "Text position by position; both sides must be equally long."
  static let suits: Set<PredictionForm> = [.text]
  init(_: NoOptions, _: inout BuildContext) {}

  func summary(of output: ModelOutput, _ examples: Range<Int>) throws -> OutputSummary {
    try output.tokenPredictions(for: Self.name).everyLogit(of: examples)
  }

  func align(_ output: ModelOutput, with kept: OutputSummary, temperature _: Tensor?) throws -> AlignedPair {
    let now = try output.tokenPredictions(for: Self.name).prefix(rows: kept.rows.rowCount)
    guard now.rows == kept.rows else {
      throw RecipeError(
        "rows of \(now.rows.lengths) and \(kept.rows.lengths) positions do not correspond one to one; use 'vocabulary-map'"
      )
    }
    return AlignedPair(
      student: ModelOutput(logits: now.logits), teacher: ModelOutput(logits: kept.logits),
      weights: now.rows.presence(on: kept.logits.backend), rows: now.rows)
  }
}

extension ModelOutput {
  /// What a language model said; throws for other models, naming the aligner that asks.
  func tokenPredictions(for aligner: String) throws -> TokenPredictions {
    guard let tokens else {
      throw RecipeError("the aligner '\(aligner)' compares text, which this model does not predict; use 'identity'")
    }
    return tokens
  }
}

extension TokenPredictions {
  /// The logits of every position of some rows.
  func everyLogit(of examples: Range<Int>) -> OutputSummary {
    let positions = Int(rows.starts[examples.lowerBound])..<Int(rows.starts[examples.upperBound])
    return OutputSummary(
      hidden.detached.sliced(positions).linear(head.detached), rows: RowOffsets(lengths: rows.lengths[examples]))
  }
}

extension RowOffsets {
  /// 1 for each row that has positions, 0 for the others: `[rows]`.
  func presence(on backend: any Backend) -> Tensor { Tensor(lengths.map { $0 > 0 ? 1 : 0 }, on: backend) }
}
