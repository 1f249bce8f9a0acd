/// How a model is asked the questions of a task when it is scored: the options that all tasks of questions share.
public struct AnsweringOptions: ComponentOptions {
  public enum Occasion: String, OptionChoice { case end, always, never }
  @Option(
    "When a model in training is asked the questions: at the end of the training, in every evaluation (always), or never."
  )
  public var answers = Occasion.end
  @Option("Asks a model in training only so many questions of a split, the first.", in: 1...)
  public var answerLimit: Int? = nil
  @Option("The most tokens of an answer; 0: none is asked for, and only options are compared.", in: 0...1_000_000)
  public var maxNewTokens = 256
  public init() {}
}
