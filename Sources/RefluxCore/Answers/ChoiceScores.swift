/// How often the right one of several texts is the one that a language model finds likeliest.
///
/// As lm-evaluation-harness defines `acc` and `acc_norm`: by the sum of the tokens' log-likelihoods, and by that sum over
/// the characters of the text, which are Unicode scalars (Python's `len`).
public struct ChoiceScores: Sendable, Equatable {
  public private(set) var count = 0
  public private(set) var right = 0
  public private(set) var rightPerCharacter = 0
  public init() {}

  /// The likeliest text, and the likeliest for its length; the first of several equals.
  ///
  /// - Parameters:
  ///   - sums: The log-likelihood of each text, in nats.
  ///   - texts: The texts; an empty one counts as one character.
  /// - Returns: Their places; `nil` if there are no texts.
  public static func best(_ sums: [Double], of texts: [String]) -> (plain: Int, perCharacter: Int)? {
    precondition(sums.count == texts.count, "\(sums.count) likelihoods of \(texts.count) texts")
    func likeliest(_ values: [Double]) -> Int? { values.max().flatMap { values.firstIndex(of: $0) } }
    guard let plain = likeliest(sums),
      let perCharacter = likeliest(zip(sums, texts).map { $0 / Double(max($1.unicodeScalars.count, 1)) })
    else { return nil }
    return (plain, perCharacter)
  }

  public mutating func add(_ sums: [Double], of texts: [String], right gold: Int) {
    count += 1
    guard let best = Self.best(sums, of: texts) else { return }
    right += best.plain == gold ? 1 : 0
    rightPerCharacter += best.perCharacter == gold ? 1 : 0
  }

  /// `choice_accuracy` (`acc`) and `choice_accuracy_per_character` (`acc_norm`).
  public var scores: [(name: String, value: Double)] {
    func share(_ part: Int) -> Double { count == 0 ? .nan : Double(part) / Double(count) }
    return [("choice_accuracy", share(right)), ("choice_accuracy_per_character", share(rightPerCharacter))]
  }
}
