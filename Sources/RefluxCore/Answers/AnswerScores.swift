/// How many questions were answered, and how many answers were right.
public struct AnswerScores: Sendable, Equatable {
  public private(set) var count = 0
  public private(set) var answered = 0
  public private(set) var right = 0
  public init() {}

  /// Judges one generated text.
  ///
  /// - Returns: Whether its answer is the right one.
  @discardableResult
  public mutating func add(_ text: String, _ kind: AnswerKind, gold: Answer) -> Bool {
    let answer = kind.answer(in: text)
    count += 1
    answered += answer == nil ? 0 : 1
    right += answer == gold ? 1 : 0
    return answer == gold
  }

  /// `answer_accuracy`: the share of questions that are answered right; `answered`: the share that have an answer at all.
  public var scores: [(name: String, value: Double)] {
    func share(_ part: Int) -> Double { count == 0 ? .nan : Double(part) / Double(count) }
    return [("answer_accuracy", share(right)), ("answered", share(answered))]
  }
}
