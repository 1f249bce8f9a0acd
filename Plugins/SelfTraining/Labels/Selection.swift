import RefluxCore

/// An answer that becomes a label.
struct Kept: Equatable {
  /// Its place among the unlabelled rows.
  var row: Int
  var label: Int
  /// The probability of the label.
  var confidence: Double
  /// What was right, where that is known.
  var gold: Int?
}

/// Which answers a round keeps.
struct Selection {
  enum Rule: String, OptionChoice { case confident, best }
  let rule: Rule
  let confidence: Double
  let perClass: Int

  /// The kept answers in the order of the rows.
  func kept(of answers: [ExampleAnswer]) -> [Kept] {
    let all = answers.enumerated().map { row, answer in
      let label = answer.choice
      let probabilities = answer.probabilities
      let gold: Int? = if case .category(let right)? = answer.label { right } else { nil }
      return Kept(
        row: row, label: label, confidence: probabilities.isEmpty ? 0 : probabilities[label], gold: gold)
    }
    switch rule {
    case .confident: return all.filter { $0.confidence >= confidence }
    case .best:
      let surest = Dictionary(grouping: all, by: \.label).values.flatMap { answers in
        answers.sorted { ($1.confidence, $0.row) < ($0.confidence, $1.row) }.prefix(perClass)
      }
      return surest.sorted { $0.row < $1.row }
    }
  }
}
