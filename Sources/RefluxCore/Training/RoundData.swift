/// How a round of self-training makes the data that it trains on: by labelling rows, by answering questions, or otherwise.
///
/// The strategy knows when to train and from which weights; this knows what on.
public protocol RoundData: PredictionSpecific {
  /// Whether it checks answers, so that the task must know which are right (``QuestionTask``). Default: no.
  static var checksAnswers: Bool { get }
  /// The splits that it reads besides those that every run does. Default: none.
  var splits: [Split] { get }

  /// Looks at the task once, before anything is trained.
  ///
  /// - Returns: What the model learns before the first round; `nil` if the first round asks the model as it is.
  /// - Throws: `RecipeError` if this kind of data cannot be made of the task.
  mutating func begin(_ runner: any Runner) throws -> (any Dataset)?

  /// Makes the data of a round, counted from 1, with what the run's models and `predict` answer; reports what was kept.
  ///
  /// Whatever is asked of the runner has the round in its name: `round 1: kept`.
  mutating func data(ofRound round: Int, _ predict: Predictor, _ runner: any Runner) throws -> RoundYield
}

extension RoundData {
  public static var checksAnswers: Bool { false }
  public var splits: [Split] { [] }
}

/// What came of a round.
public enum RoundYield {
  case data(any Dataset)
  /// Nothing was kept: of what (`the 4 unlabelled rows`), and why, with what to do about it.
  case nothing(of: String, because: String)
}
