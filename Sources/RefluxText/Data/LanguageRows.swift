import RefluxCore

/// The rows of a language model's data that fit, with what each position must predict.
struct LanguageRows {
  private(set) var ids: [Int32] = []
  private(set) var starts = [0]
  /// The number of each row's example.
  private(set) var numbers: [Int] = []
  private var answers: [[Int]] = []

  /// Takes the rows of examples of one row each.
  ///
  /// - Throws: `RecipeError` naming an example without an answer among others that have one, or if no example fits.
  init(_ blocks: [EncodedRows], maxLength: Int, name: String) throws {
    let hasAnswers = blocks.contains { !$0.targets.isEmpty }
    var (number, shortest) = (0, Int.max)
    for block in blocks {
      guard !hasAnswers || block.targets.count == block.ids.count else {
        throw RecipeError("some examples of \(name) have an answer and some have none")
      }
      var place = 0
      for length in block.rowLengths {
        defer { (place, number) = (place + length, number + 1) }
        shortest = min(shortest, length)
        guard length <= maxLength else { continue }
        let range = place..<place + length
        if hasAnswers {
          let targets = block.targets[range].map(Int.init)
          guard targets.contains(where: { $0 >= 0 }) else {
            throw RecipeError("example \(number + 1) of \(name) has no label to learn from")
          }
          answers.append(targets)
        }
        ids += block.ids[range]
        starts.append(ids.count)
        numbers.append(number)
      }
    }
    guard !numbers.isEmpty else {
      throw RecipeError(
        "no example of \(name) fits into \(maxLength) tokens; the shortest needs max_length=\(shortest), and a model that "
          + "reads so many")
    }
  }

  /// `nil` when no example has an answer.
  var targets: Targets? { answers.isEmpty ? nil : .tokens(answers) }
}

extension SourceRow {
  var hasAnswer: Bool {
    switch self {
    case .text, .tokens: false
    case .completion, .labelled: true
    }
  }
}
