import RefluxCore

/// What a round sampled, and what came of it.
struct RoundReport {
  private let questions: [SolvedQuestion]
  private var solutions: [(place: Int, checked: [CheckedSolution])] = []
  private var unfinished = 0

  init(_ questions: [SolvedQuestion]) { self.questions = questions }

  mutating func add(_ checked: [CheckedSolution], unfinished: Int, at place: Int) {
    solutions.append((place, checked))
    self.unfinished += unfinished
  }

  /// Places of the questions without a right solution, in order.
  var unsolved: [Int] {
    let solved = Set(solutions.filter { $0.checked.contains { $0.judgement.isRight } }.map(\.place))
    return questions.indices.filter { !solved.contains($0) }
  }

  /// What is trained on, in the order of the questions.
  var kept: [(place: Int, response: String)] {
    solutions.sorted { $0.place < $1.place }.flatMap { place, checked in
      checked.filter { $0.judgement == .kept }.map { (place, $0.response) }
    }
  }
  var keeps: Bool { !kept.isEmpty }

  private func all(hinted: Bool) -> [CheckedSolution] {
    solutions.flatMap(\.checked).filter { $0.isHinted == hinted }
  }

  /// How many there were, in words.
  var samples: String {
    let hinted = all(hinted: true).count
    return "\(all(hinted: false).count) samples" + (hinted > 0 ? " and \(hinted) samples with a hint" : "")
      + " of \(questions.count) questions"
  }

  /// The accuracy is that of the model left alone: hints have numbers of their own.
  func numbers(withHints: Bool) -> [(name: String, value: RecordedValue)] {
    let (plain, hinted) = (all(hinted: false), all(hinted: true))
    func count(_ solutions: [CheckedSolution], _ condition: (Judgement) -> Bool) -> RecordedValue {
      .integer(solutions.count { condition($0.judgement) })
    }
    func solved(hinted: Bool) -> RecordedValue {
      .integer(solutions.count { $0.checked.contains { $0.isHinted == hinted && $0.judgement.isRight } })
    }
    let right = plain.count(where: \.judgement.isRight)
    var numbers: [(name: String, value: RecordedValue)] = [
      ("questions", .integer(questions.count)), ("samples", .integer(plain.count)), ("right", .integer(right)),
      ("accuracy", .number(plain.isEmpty ? .nan : Double(right) / Double(plain.count))),
      ("solved", solved(hinted: false)),
    ]
    if withHints {
      numbers += [
        ("hinted_samples", .integer(hinted.count)), ("hinted_right", count(hinted, \.isRight)),
        ("hinted_solved", solved(hinted: true)), ("hinted_kept", count(hinted) { $0 == .kept }),
      ]
    }
    numbers += [
      ("distinct", count(plain + hinted) { $0 == .kept || $0 == .surplus }),
      ("kept", count(plain + hinted) { $0 == .kept }), ("unfinished", .integer(unfinished)),
    ]
    return numbers
  }

  /// Every solution, for people who want to see what the model writes.
  var rows: [[(name: String, value: RecordedValue)]] {
    solutions.flatMap { place, checked in
      checked.map { solution in
        [
          ("row", .integer(questions[place].row)), ("judgement", .text(solution.judgement.rawValue)),
          ("hint", .flag(solution.isHinted)), ("response", .text(solution.response)),
          ("gold", .text(questions[place].question.answerText ?? "")),
        ]
      }
    }
  }

  /// Why nothing was kept, and what may help.
  func reason(_ options: SolutionOptions) -> String {
    let all = solutions.flatMap(\.checked)
    let (answered, right) = (all.count { $0.judgement != .unanswered }, all.count(where: \.judgement.isRight))
    guard right == 0 else {
      return "\(right) are right, and all of those say what the file's own responses say; set gold_mixed: false"
    }
    let help =
      (unfinished * 2 > all.count ? ["more max_new_tokens, which \(unfinished) have reached"] : [])
      + (options.goldFirst ? [] : ["gold_first: true"]) + (options.hint ? [] : ["hint: true"])
      + (options.shots > 0 ? [] : ["shots"]) + ["more samples"]
    return "\(answered) have an answer, and none is right; what may help: " + help.joined(separator: ", ")
  }
}
