import RefluxCore

/// Learns from the labels and from a frozen teacher: vanilla knowledge distillation (Hinton et al., 2015).
///
/// `loss = (1 - alpha) · CE + alpha · D(teacher ‖ student)`, or `CE + alpha · D`. The teacher is the run's model called
/// `teacher`; it answers without dropout and learns nothing. Of text, each labelled token is a prediction, and `D` is the
/// mean over all of a step's tokens, as the cross-entropy is.
struct Teacher: Objective {
  static let name = "teacher"
  static let roles = [ModelRole.teacher]
  static let summary = "Learns from the labels and from a frozen teacher (knowledge distillation)."
  enum Mix: String, OptionChoice { case convex, additive }
  struct Options: ComponentOptions {
    @Option("Weight of the teacher; with mix: convex at most 1.", in: 0...1000) var alpha: Float = 0.5
    @Option("convex: (1 - alpha) for the labels and alpha for the teacher; additive: 1 and alpha.") var mix = Mix.convex
    @Option("How the student is compared with the teacher when they predict classes or tokens.")
    var loss: Blueprint<any DistillationLoss> = "kl"
    @Option("How they are compared when the task predicts a number.")
    var regressionLoss: Blueprint<any DistillationLoss> = "mse"
    @Option("How softly, and how strongly for each example.")
    var scheduler: Blueprint<any DynamicScheduler> = "constant"
    @Option("Whether the teacher's class names must be the task's, in the same order.") var checkLabels = true

    func validate() throws {
      if mix == .convex && alpha > 1 {
        throw RecipeError("alpha must be at most 1 with mix: convex, but is \(alpha); or set mix: additive")
      }
    }
  }

  private let alpha: Float
  private let mix: Mix
  private let checksLabels: Bool
  private let loss: any DistillationLoss
  private let regressionLoss: any DistillationLoss
  private var scheduler: any DynamicScheduler

  init(_ options: Options, _ context: inout BuildContext) throws {
    (alpha, mix, checksLabels) = (options.alpha, options.mix, options.checkLabels)
    loss = try options.loss.build(&context)
    regressionLoss = try options.regressionLoss.build(&context)
    scheduler = try options.scheduler.build(&context)
  }

  mutating func prepare(_ stage: inout StageContext) throws {
    let student = try stage.modules.model(ModelRole.student).card
    let teacher = try stage.modules.model(ModelRole.teacher).card
    try checkHasHead(teacher: teacher)
    try comparison(for: stage.task).check(student: student, teacher: teacher)
    if student.family == .decoder || teacher.family == .decoder { try checkText(student, teacher) }
    try checkSameInput(student: student, teacher: teacher, tokenizer: stage.tokenizer)
    try checkLengths(stage.data, teacher)
    if checksLabels { try checkSameLabels(teacher: teacher, task: stage.task) }
  }

  mutating func loss(_: Turn, _ batch: Batch, _ step: inout StepContext) throws -> LossReport {
    let input = try batch.input
    let comparison = comparison(for: step.task)
    step.pass.wants = comparison.wants
    var frozen = ForwardPass(training: false, wants: comparison.wants)
    let teacher = try step.teacher
    let (taught, said) = (try step.student(input, &step.pass), try teacher(input, &frozen).detached)
    if scheduler.looksAtOutputs { for output in [taught, said] { output.tokens?.expectMaps(withGradientsOfRows: 0) } }

    let losses = try step.task.loss(taught, input)  // [examples]
    let knobs = try scheduler.knobs(try signal(taught, said, losses.detached, input, step))
    var report = LossReport(
      step.task.prediction.lossName, try step.task.mean(losses, over: batch), weight: mix == .convex ? 1 - alpha : 1)
    let distances = try distances(taught, said, knobs, comparison)  // [examples]
    report.add("kd", try step.task.mean(distances * knobs.weight, over: batch), weight: alpha)
    report.note(knobs, examples: batch.examples.count, of: batch.step.examples)
    return report
  }

  private func distances(
    _ student: ModelOutput, _ teacher: ModelOutput, _ knobs: Knobs, _ comparison: any DistillationLoss
  ) throws -> Tensor {
    if let said = student.tokens, let taught = teacher.tokens {
      return try TokenComparison(loss: comparison)(said, taught, knobs)
    }
    let weights = Tensor([Float](repeating: 1, count: student.logits.shape[0]), on: student.logits.backend)
    return try comparison(AlignedPair(student: student, teacher: teacher, weights: weights), knobs)
  }

  /// What the scheduler sees; of text, the mean distribution over each row's tokens.
  private func signal(
    _ student: ModelOutput, _ teacher: ModelOutput, _ losses: Tensor, _ input: TokenBlock, _ step: StepContext
  ) throws -> ScheduleSignal {
    // What nobody looks at would cost another pass over the vocabulary.
    let isSeen = scheduler.looksAtOutputs || student.tokens == nil
    func logits(_ output: ModelOutput) -> Tensor {
      guard isSeen, let tokens = output.tokens else { return output.logits.detached }
      return tokens.mapLogits
    }
    var signal = ScheduleSignal(
      progress: step.progress, student: logits(student), teacher: logits(teacher), studentLoss: losses,
      teacherLoss: isSeen ? try step.task.loss(teacher, input) : losses)
    if isSeen, let said = student.tokens, let taught = teacher.tokens {
      signal.tokenEntropies = (said.rowEntropies, taught.rowEntropies)
    }
    return signal
  }

  func state() -> RunState { .map(["scheduler": scheduler.state()]) }
  mutating func restore(_ state: RunState) throws { try scheduler.restore(try state.entry("scheduler")) }

  /// Both must be language models, and hidden states are not compared position by position.
  private func checkText(_ student: ModelCard, _ teacher: ModelCard) throws {
    guard student.family == teacher.family else {
      throw RecipeError(
        "the teacher '\(teacher.type)' and the student '\(student.type)' must both be language models, or neither")
    }
    guard loss.wants.isEmpty else {
      throw RecipeError("the loss '\(type(of: loss).name)' compares hidden states, but of text only predictions are")
    }
  }

  private func comparison(for task: any Task) -> any DistillationLoss {
    task.prediction == .score ? regressionLoss : loss
  }
}
