import RefluxCore

/// A training question with what the file says about it.
struct SolvedQuestion {
  /// Where it stands in the training split.
  let row: Int
  let question: Question
  let answer: Answer
  /// The file's own response.
  let response: String
}

/// The training questions whose answers are known, and how they are put to a model.
struct QuestionPool {
  let questions: [SolvedQuestion]
  let answers: AnswerKind
  /// How solutions are sampled: with the task's tool, as when its answers are scored.
  let generation: GenerationOptions
  private let hint: TextTemplate
  /// Places of the questions that stand in front of others, one more than is needed: none stands in front of itself.
  private let shots: [Int]

  init(_ task: any Task, _ options: SolutionOptions, seed: UInt64) throws {
    guard let asking = task as? any QuestionTask else {
      throw RecipeError(
        "\(SampledSolutions.name) checks the answers to questions, but the task '\(type(of: task).name)' knows no answers"
      )
    }
    answers = asking.answers
    generation = options.generation(atMost: asking.answering.maxNewTokens, asking.tool)
    questions = try zip(asking.questions(.train), task.examples(.train)).enumerated().compactMap { row, pair in
      guard let answer = pair.0.answer, case .completion(_, let response)? = pair.1.rows.first else { return nil }
      return SolvedQuestion(row: row, question: pair.0, answer: answer, response: response)
    }
    hint = TextTemplate(options.hintText)
    guard !questions.isEmpty else {
      throw RecipeError("\(SampledSolutions.name) needs training questions whose answers are known, and there are none")
    }
    guard options.shots < questions.count else {
      throw RecipeError(
        "shots: \(options.shots) needs more training questions than that, and there are \(questions.count)")
    }
    var random = RandomSource(seed: seed, "shots")
    shots = options.shots == 0 ? [] : Array(questions.indices.shuffled(using: &random).prefix(options.shots + 1))
  }

  /// The file's own responses.
  var gold: [Example] { questions.map { example($0, $0.response) } }

  /// What is trained on: the question as it is, and a response.
  func example(_ question: SolvedQuestion, _ response: String) -> Example {
    Example(rows: [.completion(prompt: question.question.prompt, response: response)])
  }

  /// What is sampled after: other questions with their responses, then the question at a place; hints are in all of them.
  func prompt(_ place: Int, hinted: Bool) -> String {
    func written(_ solved: SolvedQuestion) -> String {
      guard hinted else { return solved.question.prompt }
      let hint = hint.filled { $0 == "answer" ? solved.question.answerText ?? "" : solved.response }
      return solved.question.prompt(hinting: hint)
    }
    let before = shots.filter { $0 != place }.prefix(max(0, shots.count - 1)).map { questions[$0] }
    return (before.map { written($0) + $0.response } + [written(questions[place])]).joined(separator: "\n\n")
  }
}
