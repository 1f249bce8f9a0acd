import RefluxCore

/// The mean of the squared differences of an example's outputs, without temperature.
struct MeanSquaredError: DistillationLoss {
  static let name = "mse"
  static let summary = "Mean squared difference of the outputs, for scores and for logits."
  init(_: NoOptions, _: inout BuildContext) {}

  func callAsFunction(_ pair: AlignedPair, _: Knobs) throws -> Tensor {  // [examples]
    let gap = pair.student.logits - pair.teacher.logits
    return (gap * gap).mean([-1])
  }
}
