import RefluxCore

/// Fine-tuning with DynSDPB's dynamics on the current batch and nothing from the previous one (the paper's ablation).
///
/// `weighted-ce`: `(1 + alpha · w) · CE(z / temperature)`; `literal`: `w · CE(z)`. The paper gives no formula, because
/// the term that its weight multiplies is what the ablation leaves out.
struct DynamicFinetune: Objective {
  static let name = "dynamic-finetune"
  static let summary = "Learns from the labels with DynSDPB's dynamic weight and temperature (an ablation)."
  enum Form: String, OptionChoice { case weightedCE = "weighted-ce", literal }
  struct Options: ComponentOptions {
    @Option("How much the dynamic weight adds to an example's weight of 1.", in: 0...1000) var alpha: Float = 1
    @Option(
      "weighted-ce: (1 + alpha weight) times the loss at the dynamic temperature; literal: weight times the loss, which"
        + " gives an untrained two-class head no signal.")
    var form = Form.weightedCE
    @Option("Where each example's weight and temperature come from.")
    var scheduler: Blueprint<any DynamicScheduler> = "uncertainty"
  }

  private let alpha: Float
  private let form: Form
  private var scheduler: any DynamicScheduler

  init(_ options: Options, _ context: inout BuildContext) throws {
    (alpha, form) = (options.alpha, options.form)
    scheduler = try options.scheduler.build(&context)
  }

  mutating func loss(_: Turn, _ batch: Batch, _ step: inout StepContext) throws -> LossReport {
    let input = try batch.input
    let output = try step.student(input, &step.pass)
    output.tokens?.expectMaps(withGradientsOfRows: 0)
    let losses = try step.task.loss(output, input)  // [examples]
    let constants = losses.detached
    let logits = output.tokens.map(\.mapLogits) ?? output.logits.detached
    var signal = ScheduleSignal(
      progress: step.progress, student: logits, teacher: logits, studentLoss: constants, teacherLoss: constants)
    signal.tokenEntropies = output.tokens.map(\.rowEntropies).map { ($0, $0) }
    let knobs = try scheduler.knobs(signal)

    let weighted =
      switch form {
      case .weightedCE:
        try step.task.loss(output, input, temperature: knobs.temperature) * (knobs.weight * alpha + 1)
      case .literal: losses * knobs.weight
      }
    let name = step.task.prediction.lossName
    var report = LossReport("weighted_\(name)", try step.task.mean(weighted, over: batch))
    report.note(name, try step.task.mean(constants, over: batch))
    report.note(knobs, examples: batch.examples.count, of: batch.step.examples)
    return report
  }

  func state() -> RunState { .map(["scheduler": scheduler.state()]) }
  mutating func restore(_ state: RunState) throws { try scheduler.restore(try state.entry("scheduler")) }
}
