import RefluxCore

/// Distils from what the model itself said one optimizer step ago.
///
/// `loss = CE over all examples + alpha · LMBC`, where LMBC ("last-mini-batch consistency") compares the matched
/// examples' prediction with the one they got as new examples of the step before, which is a constant. With constant
/// knobs this is DLB (Shen et al., 2022), with dynamic ones DynSDPB (Fu et al., 2024, equations 6 to 10).
struct PreviousBatch: Objective {
  static let name = "previous-batch"
  static let needsRepeats = true
  static let summary = "Learns from the labels and from its own previous predictions (DLB, DynSDPB)."
  enum Denominator: String, OptionChoice { case matched, fullBatch = "full-batch" }
  struct Options: ComponentOptions {
    @Option("Weight of the consistency with the previous predictions, which is added to the task's loss.", in: 0...1000)
    var alpha: Float = 1
    @Option("How two predictions of classes are compared.") var loss: Blueprint<any DistillationLoss> = "kl"
    @Option("How they are compared when the task predicts a number.")
    var regressionLoss: Blueprint<any DistillationLoss> = "mse"
    @Option("How strongly and how softly each example is compared: constant for DLB, uncertainty for DynSDPB.")
    var scheduler: Blueprint<any DynamicScheduler> = "constant"
    @Option("How outputs that differ in length are made comparable.")
    var aligner: Blueprint<any OutputAligner> = "automatic"
    @Option("What the sum over the matched examples is divided by: their number, or the step's number of examples.")
    var denominator = Denominator.matched
  }

  private let alpha: Float
  private let denominator: Denominator
  private let loss: any DistillationLoss
  private let regressionLoss: any DistillationLoss
  private let aligner: any OutputAligner
  private var scheduler: any DynamicScheduler
  private var memory = OutputMemory()

  init(_ options: Options, _ context: inout BuildContext) throws {
    (alpha, denominator) = (options.alpha, options.denominator)
    loss = try options.loss.build(&context)
    regressionLoss = try options.regressionLoss.build(&context)
    aligner = try options.aligner.build(&context)
    scheduler = try options.scheduler.build(&context)
    for loss in [loss, regressionLoss] where !loss.wants.isEmpty {
      throw RecipeError(
        "the loss '\(type(of: loss).name)' compares hidden states, but only outputs are remembered; use 'kl' or 'mse'")
    }
  }

  mutating func prepare(_: inout StageContext) { memory = OutputMemory() }

  mutating func loss(_: Turn, _ batch: Batch, _ step: inout StepContext) throws -> LossReport {
    let input = try batch.input
    let student = try step.student
    let said = try student(input, &step.pass)
    let compared = try aligner.output(of: student, on: input, said: said, matched: batch.matchedCount, &step.pass)
    let losses = try step.task.loss(said, input)  // [examples]
    let entropies = said.tokens.map(\.rowEntropies)  // [examples]
    var report = LossReport(step.task.prediction.lossName, try step.task.mean(losses, over: batch))
    if batch.matchedCount > 0 {
      try addConsistency(&report, batch, compared, losses.detached, entropies, step)
    } else {
      report.note("lmbc", Tensor(0, on: losses.backend))
    }
    let new = batch.matchedCount..<batch.examples.count
    if !new.isEmpty {
      memory.add(
        Array(batch.examples[new]),
        OutputMemory.Entry(
          summary: try aligner.summary(of: compared, new), losses: losses.detached.sliced(new),
          tokenEntropies: entropies?.sliced(new)))
    }
    return report
  }

  mutating func stepEnded(_: Progress) { memory.endStep() }

  func state() -> RunState { .map(["memory": memory.state(), "scheduler": scheduler.state()]) }
  mutating func restore(_ state: RunState) throws {
    try memory.restore(try state.entry("memory"))
    try scheduler.restore(try state.entry("scheduler"))
  }

  /// Adds the share of a batch's matched examples, which come first in it.
  private mutating func addConsistency(
    _ report: inout LossReport, _ batch: Batch, _ output: ModelOutput, _ losses: Tensor, _ entropies: Tensor?,
    _ step: StepContext
  ) throws {
    let matched = 0..<batch.matchedCount
    let before = try memory.entry(of: Array(batch.examples[matched]))
    var pair = try aligner.align(output, with: before.summary, temperature: nil)
    var signal = ScheduleSignal(
      progress: step.progress, student: pair.student.logits.detached, teacher: pair.teacher.logits,
      studentLoss: losses.sliced(matched), teacherLoss: before.losses)
    if let entropies, let earlier = before.tokenEntropies {
      signal.tokenEntropies = (entropies.sliced(matched), earlier)
    }
    let knobs = try scheduler.knobs(signal)
    if aligner.usesTemperature {
      pair = try aligner.align(output, with: before.summary, temperature: knobs.temperature)
    }
    let comparison = step.task.prediction == .score ? regressionLoss : loss
    let terms = try comparison.perExample(pair, knobs) * knobs.weight * pair.weights  // [matched]
    let divisor = denominator == .matched ? batch.step.matched : batch.step.examples
    report.add("lmbc", terms.sum() / Float(divisor), weight: alpha)
    report.note(knobs, examples: matched.count, of: batch.step.matched)
  }
}
