/// A question that a language model answers in words.
public struct Question: Sendable, Equatable {
  public var prompt: String
  /// Where a hint would stand: so many bytes from the prompt's beginning.
  public var hintPlace: Int
  /// The right answer; `nil` where the file does not give it.
  public var answer: Answer?
  /// The right answer as the file writes it.
  public var answerText: String?
  /// Texts of which the right one should be the likeliest; `nil` for a question without options.
  public var choice: TextChoice?
  /// The line that it was read from, for messages.
  public var place: FilePlace?

  /// Without `hintPlace`, a hint would stand at the prompt's end.
  public init(
    prompt: String, hintPlace: Int? = nil, answer: Answer?, answerText: String? = nil, choice: TextChoice? = nil,
    at place: FilePlace? = nil
  ) {
    (self.prompt, self.hintPlace) = (prompt, hintPlace ?? prompt.utf8.count)
    (self.answer, self.answerText, self.choice, self.place) = (answer, answerText, choice, place)
  }

  /// The prompt with a hint in it.
  public func prompt(hinting hint: String) -> String {
    let bytes = Array(prompt.utf8)
    return String(decoding: bytes.prefix(hintPlace) + Array(hint.utf8) + bytes.dropFirst(hintPlace), as: UTF8.self)
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
