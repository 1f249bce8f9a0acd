import RefluxCore

/// DynSDPB's dynamic weight and temperature (Fu et al., 2024, equations 8 to 10).
///
/// An example whose prediction is uncertain weighs less, `1 - u / ln C` with the entropy `u`; one that is predicted
/// badly is softened more, `temperature · loss`. Both are constants to the gradient.
struct UncertaintyKnobs: DynamicScheduler {
  static let name = "uncertainty"
  static let summary = "Weight and temperature of each example from its entropy and its loss (DynSDPB)."

  let options: UncertaintyOptions
  init(_ options: UncertaintyOptions, _: inout BuildContext) { self.options = options }

  func knobs(_ signal: ScheduleSignal) throws -> Knobs {
    let backend = signal.student.backend
    let classes = signal.student.shape[1]
    func column(_ values: [Float]) -> Tensor { Tensor(values, on: backend) }

    let uncertainty = try uncertainty(signal)
    let weights = options.dynamicWeight && classes > 1 ? options.weights(uncertainty, classes: classes) : nil

    let losses = (options.lossSource == .current ? signal.studentLoss : signal.teacherLoss).floats
    let wished = options.dynamicTemperature && classes > 1 ? options.temperatures(losses, classes: classes) : nil
    let allowed = options.minimumTemperature...options.maximumTemperature
    let temperatures = wished?.map { min(max($0, allowed.lowerBound), allowed.upperBound) }

    var knobs = Knobs(
      weight: weights.map(column) ?? Tensor(1, on: backend),
      temperature: temperatures.map(column) ?? Tensor(options.temperature, on: backend),
      temperatureFactor: temperatures.map { column($0.map(options.factor)) }
        ?? Tensor(options.factor(of: options.temperature), on: backend))
    knobs.notes.append(("uncertainty", column(uncertainty)))
    if let wished { knobs.notes.append(("clamped", column(wished.map { allowed.contains($0) ? 0 : 1 }))) }
    return knobs
  }
}

extension UncertaintyKnobs {
  /// The entropy of each example's prediction; of text, of its tokens or of its map.
  private func uncertainty(_ signal: ScheduleSignal) throws -> [Float] {
    let isCurrent = options.uncertaintySource == .current
    if options.textUncertainty == .tokenMean, let tokens = signal.tokenEntropies {
      return (isCurrent ? tokens.student : tokens.teacher).floats
    }
    let entropies = entropies(isCurrent ? signal.student : signal.teacher)
    guard entropies.count == signal.studentLoss.count else {
      throw RecipeError("text_uncertainty: map needs one map per example, and 'tokenwise' makes none; use token-mean")
    }
    return entropies
  }
}

/// `-Σ p ln p` of each row of logits, in nats.
func entropies(_ logits: Tensor) -> [Float] {  // [examples, classes] → [examples]
  let logarithms = logits.logSoftmax()
  return (-(logarithms.exp() * logarithms).sum([-1])).floats
}
