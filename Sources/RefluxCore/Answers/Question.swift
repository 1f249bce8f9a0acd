/// A question that a language model answers in words.
public struct Question: Sendable, Equatable {
  public var prompt: String
  /// The right answer; `nil` where the file does not give it.
  public var answer: Answer?
  /// Texts of which the right one should be the likeliest; `nil` for a question without options.
  public var choice: TextChoice?
  /// The line that it was read from, for messages.
  public var place: FilePlace?
  public init(prompt: String, answer: Answer?, choice: TextChoice? = nil, at place: FilePlace? = nil) {
    (self.prompt, self.answer, self.choice, self.place) = (prompt, answer, choice, place)
  }
}

/// Texts that may go on from a context.
public struct TextChoice: Sendable, Equatable {
  public var context: String
  /// A space comes between the context and each of them.
  public var texts: [String]
  public init(context: String, texts: [String]) { (self.context, self.texts) = (context, texts) }
}

/// A task of text whose answers can be told right from wrong.
public protocol QuestionTask: Task {
  var answers: AnswerKind { get }
  /// What writes into answers while a model makes them, such as a calculator; `nil`: nothing.
  var tool: (any TextTool)? { get }
  /// When and how a model is asked.
  var answering: AnsweringOptions { get }
  /// The questions of a split, one for each of its examples, in order.
  func questions(_ split: Split) throws -> [Question]
}

extension QuestionTask {
  public var tool: (any TextTool)? { nil }
  public var answering: AnsweringOptions { AnsweringOptions() }
}
