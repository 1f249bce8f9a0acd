/// What a task's model must predict; the head's size follows from it.
public enum PredictionKind: Sendable, Equatable {
  /// One of several named classes.
  case classes([String])
  /// One number.
  case score
  /// Which of `count` rows is right; the head has one output.
  case choice(count: Int)
  /// The next token at every labelled position: a language model.
  case text

  /// Outputs of the classification head; a language model has none.
  public var outputs: Int {
    switch self {
    case .classes(let names): names.count
    case .score, .choice: 1
    case .text: 0
    }
  }

  /// What logs call the task's loss: `ce` (cross-entropy), or `mse` (squared error) for a score.
  public var lossName: String { self == .score ? "mse" : "ce" }
}

extension PredictionKind {
  /// The same without its details.
  public var form: PredictionForm {
    switch self {
    case .classes: .classes
    case .score: .numbers
    case .choice: .choices
    case .text: .text
    }
  }
}
