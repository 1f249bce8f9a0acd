import RefluxCore

/// Learns from the labels and from a frozen teacher: vanilla knowledge distillation (Hinton et al., 2015).
///
/// `loss = (1 - alpha) · CE + alpha · D(teacher ‖ student)`, or `CE + alpha · D`. The teacher is the run's model called
/// `teacher`; it answers without dropout and learns nothing.
struct Teacher: Objective {
  static let name = "teacher"
  static let roles = ["teacher"]
  static let summary = "Learns from the labels and from a frozen teacher (knowledge distillation)."
  enum Mix: String, OptionChoice { case convex, additive }
  struct Options: ComponentOptions {
    @Option("Weight of the teacher; with mix: convex at most 1.", in: 0...1000) var alpha: Float = 0.5
    @Option("convex: (1 - alpha) for the labels and alpha for the teacher; additive: 1 and alpha.") var mix = Mix.convex
    @Option("How the student is compared with the teacher when they predict classes.")
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
    let (student, teacher) = (try stage.modules.model("student").card, try stage.modules.model("teacher").card)
    try checkHasHead(teacher: teacher)
    try comparison(for: stage.task).check(student: student, teacher: teacher)
    try checkSameInput(student: student, teacher: teacher)
    if checksLabels { try checkSameLabels(teacher: teacher, task: stage.task) }
  }

  mutating func loss(_: Turn, _ batch: Batch, _ step: inout StepContext) throws -> LossReport {
    let input = try batch.input
    let comparison = comparison(for: step.task)
    step.pass.wants = comparison.wants
    var frozen = ForwardPass(training: false, wants: comparison.wants)
    let teacher = try step.teacher
    let (taught, said) = (try step.student(input, &step.pass), try teacher(input, &frozen).detached)
    guard taught.tokens == nil else {
      throw RecipeError("the objective 'teacher' compares predictions of classes and scores; these models predict text")
    }
    let weights = Tensor([Float](repeating: 1, count: input.exampleCount), on: said.logits.backend)
    let pair = AlignedPair(student: taught, teacher: said, weights: weights)

    let losses = try step.task.loss(taught, input)  // [examples]
    let knobs = try scheduler.knobs(
      ScheduleSignal(
        progress: step.progress, student: taught.logits.detached, teacher: said.logits,
        studentLoss: losses.detached, teacherLoss: try step.task.loss(said, input)))
    let total = batch.step.examples
    var report = LossReport(
      step.task.prediction.lossName, try step.task.mean(losses, over: batch), weight: mix == .convex ? 1 - alpha : 1)
    report.add("kd", (try comparison(pair, knobs) * knobs.weight).sum() / Float(total), weight: alpha)
    report.note(knobs, examples: batch.examples.count, of: total)
    return report
  }

  func state() -> RunState { .map(["scheduler": scheduler.state()]) }
  mutating func restore(_ state: RunState) throws { try scheduler.restore(try state.entry("scheduler")) }

  private func comparison(for task: any Task) -> any DistillationLoss {
    task.prediction == .score ? regressionLoss : loss
  }
}
