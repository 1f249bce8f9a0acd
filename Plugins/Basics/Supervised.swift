import RefluxCore

/// Fine-tuning: the mean of the task's loss over the targets of a step.
struct Supervised: Objective {
  static let name = "supervised"
  static let summary = "Learns from the labels alone."
  init(_: NoOptions, _: inout BuildContext) {}

  mutating func loss(_: Turn, _ batch: Batch, _ step: inout StepContext) throws -> LossReport {
    let input = try batch.input
    let losses = try step.task.loss(try step.student(input, &step.pass), input)  // [examples]
    return LossReport(step.task.prediction.lossName, try step.task.mean(losses, over: batch))
  }
}
