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

  /// What is kept of some of the examples.
  public func taking(_ examples: [Int]) -> OutputSummary {
    OutputSummary(
      logits.taking(examples.flatMap { rows[$0] }), rows: RowOffsets(lengths: examples.map { rows[$0].count }))
  }

  /// Several, one after the other.
  public static func concatenated(_ parts: [OutputSummary]) -> OutputSummary {
    OutputSummary(.concatenated(parts.map(\.logits)), rows: RowOffsets(lengths: parts.flatMap(\.rows.lengths)))
  }
}
