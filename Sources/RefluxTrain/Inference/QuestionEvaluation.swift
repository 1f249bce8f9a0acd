import RefluxCore
import RefluxText

/// Asks a language model the questions of a task, and judges what it answers.
struct QuestionEvaluation {
  let task: any QuestionTask
  let saved: SavedModel
  /// Bounds the answers; 0: none is asked for, and only options are compared.
  let maxNewTokens: Int
  let batchSize: Int
  /// Asks only so many questions, the first.
  var limit: Int?

  /// What came out: a response per question whose answer is known, and the scores of all.
  struct Outcome {
    /// By the number of the question in its split, from 0.
    var responses: [Int: QuestionResponse] = [:]
    var scores: [(name: String, value: Double)] = []
    /// How many questions the scores are of; `nil` when there are none.
    var asked: Int?
  }

  /// The scores of the questions whose answer is known: ``AnswerScores`` of greedily generated texts and, where there
  /// are options, ``ChoiceScores`` of theirs.
  ///
  /// Questions that do not fit the model are named in a note and count as wrong.
  ///
  /// - Parameters:
  ///   - split: Where the questions are.
  ///   - stage: What reports call this.
  ///   - report: Told about questions that do not fit and how many are done.
  ///   - between: Called often; may throw to stop.
  /// - Returns: The responses and the scores.
  /// - Throws: `RecipeError` if the model is no language model or has no tokenizer.
  func ask(
    _ split: Split, stage: String, report: (RunEvent) throws -> Void, between: () throws -> Void = {}
  ) throws -> Outcome {
    guard let tokenizer = saved.tokenizer else {
      throw RecipeError("\(saved.directory) has no tokenizer, and '\(type(of: task).name)' asks in words")
    }
    let all = try task.questions(split)
    let numbers = Array(all.indices.filter { all[$0].answer != nil }.prefix(limit ?? .max))
    var (outcome, answers, choices) = (Outcome(), AnswerScores(), ChoiceScores())
    var (tooLong, tooLongOptions) = ([Int](), [Int]())
    for start in stride(from: 0, to: numbers.count, by: 8 * batchSize) {
      let part = numbers[start..<min(start + 8 * batchSize, numbers.count)]
      var texts: [String]?
      if maxNewTokens > 0 { texts = try written(part.map { all[$0] }, part, tokenizer, &tooLong, between) }
      for (place, number) in part.enumerated() {
        guard let gold = all[number].answer else { continue }
        var response = QuestionResponse(gold: gold)
        if let text = texts?[place] {
          (response.text, response.answer) = (text, task.answers.answer(in: text))
          answers.add(text, task.answers, gold: gold)
        }
        if let choice = all[number].choice, case .option(let right) = gold {
          let compared = try likelihoods(choice, tokenizer)
          if compared == nil { tooLongOptions.append(number + 1) }
          let (sums, texts) = compared ?? ([], [])
          response.best = ChoiceScores.best(sums, of: texts)
          choices.add(sums, of: texts, right: right)
          try between()
        }
        outcome.responses[number] = response
      }
      try report(.evaluating(stage: stage, split, done: start + part.count, total: numbers.count))
    }
    for (questions, problem) in [
      (tooLong, "leave no room for an answer"), (tooLongOptions, "have an option that does not fit"),
    ] where !questions.isEmpty {
      try report(.note(note(problem, questions, of: numbers.count, split)))
    }
    outcome.scores = (answers.count > 0 ? answers.scores : []) + (choices.count > 0 ? choices.scores : [])
    if !outcome.scores.isEmpty { outcome.asked = numbers.count }
    return outcome
  }

  /// What the model writes to each question; nothing where the prompt leaves no room.
  private func written(
    _ questions: [Question], _ numbers: ArraySlice<Int>, _ tokenizer: any Tokenizer, _ tooLong: inout [Int],
    _ between: () throws -> Void
  ) throws -> [String] {
    let options = GenerationOptions(
      maxNewTokens: maxNewTokens, endTokens: saved.endTokens, tool: task.tool, batchSize: batchSize)
    let generator = try Generator(saved.model, tokenizer, options)
    let prompts = questions.map { tokenizer.encode(prompt: $0.prompt) }
    let fitting = prompts.indices.filter { prompts[$0].count < saved.model.card.maxPositions }
    tooLong += zip(prompts, numbers).filter { $0.0.count >= saved.model.card.maxPositions }.map { $0.1 + 1 }
    var texts = [String](repeating: "", count: questions.count)
    let made = try generator(fitting.map { prompts[$0] }) { _, _ in try between() }
    for (index, made) in zip(fitting, made) { texts[index] = made.text ?? "" }
    return texts
  }

  /// How likely each option is behind its context; `nil` if one of them does not fit.
  private func likelihoods(
    _ choice: TextChoice, _ tokenizer: any Tokenizer
  ) throws -> (sums: [Double], texts: [String])? {
    let encoder = try saved.encoder()
    let context = tokenizer.encode(prompt: choice.context)
    let rows = try choice.texts.map { text in
      let ids = context + tokenizer.encode(continuing: " \(text)")
      return try encoder.encode(.labelled(ids: ids, labels: ids.indices.map { $0 < context.count ? -100 : ids[$0] }))
    }
    guard rows.allSatisfy({ $0.ids.count <= encoder.maxLength }) else { return nil }
    return (try saved.scores(rows, batchSize: batchSize).map(\.logLikelihood), choice.texts)
  }

  private func note(_ problem: String, _ numbers: [Int], of total: Int, _ split: Split) -> String {
    "the \(split.rawValue) split: \(numbers.count) of \(total) questions \(problem) in "
      + "\(saved.model.card.maxPositions) tokens and count as wrong: \(firstNumbers(numbers))"
  }
}
