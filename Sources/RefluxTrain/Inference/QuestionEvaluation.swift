import RefluxCore
import RefluxText

/// Scores a saved language model by what it answers to a task's questions.
public struct QuestionEvaluation {
  private let task: any QuestionTask
  private let saved: SavedModel
  private let maxNewTokens: Int
  private let batchSize: Int

  /// `maxNewTokens` bounds the answers.
  public init(_ task: any QuestionTask, _ saved: SavedModel, maxNewTokens: Int, batchSize: Int) {
    (self.task, self.saved, self.maxNewTokens, self.batchSize) = (task, saved, maxNewTokens, batchSize)
  }

  /// The scores of the questions whose answer is known: ``AnswerScores`` of greedily generated texts and, where there
  /// are options, ``ChoiceScores`` of theirs.
  ///
  /// Questions that do not fit the model are named in a note and count as wrong.
  /// - Throws: `RecipeError` if the model is no language model or has no tokenizer.
  public func score(_ split: Split, report: (RunEvent) throws -> Void) throws -> [(name: String, value: Double)] {
    guard let tokenizer = saved.tokenizer else {
      throw RecipeError("\(saved.directory) has no tokenizer, and '\(type(of: task).name)' asks in words")
    }
    let questions = try task.questions(split).filter { $0.answer != nil }
    let options = GenerationOptions(
      maxNewTokens: maxNewTokens, endTokens: saved.endTokens, tool: task.tool, batchSize: batchSize)
    let generator = try Generator(saved.model, tokenizer, options)
    var (answers, choices, tooLong) = (AnswerScores(), ChoiceScores(), [Int]())
    for start in stride(from: 0, to: questions.count, by: 8 * batchSize) {
      let part = Array(questions[start..<min(start + 8 * batchSize, questions.count)])
      let prompts = part.map { tokenizer.encode(prompt: $0.prompt) }
      let fitting = part.indices.filter { prompts[$0].count < saved.model.card.maxPositions }
      tooLong += part.indices.filter { !fitting.contains($0) }.map { start + $0 + 1 }
      var texts = [String](repeating: "", count: part.count)
      for (index, made) in zip(fitting, try generator(fitting.map { prompts[$0] })) { texts[index] = made.text ?? "" }
      for (question, text) in zip(part, texts) {
        if let gold = question.answer { answers.add(text, task.answers, gold: gold) }
      }
      try score(part, tokenizer, &choices)
      try report(.evaluating(stage: "answers", split, done: start + part.count, total: questions.count))
    }
    if !tooLong.isEmpty { try report(.note(note(tooLong, of: questions.count, split))) }
    return answers.scores + (choices.count > 0 ? choices.scores : [])
  }

  /// Adds what the model finds likeliest of each question's options.
  private func score(_ questions: [Question], _ tokenizer: any Tokenizer, _ scores: inout ChoiceScores) throws {
    let encoder = try saved.encoder()
    for question in questions {
      guard let choice = question.choice, case .option(let right)? = question.answer else { continue }
      let context = tokenizer.encode(prompt: choice.context)
      let rows = try choice.texts.map { text in
        let ids = context + tokenizer.encode(continuing: " \(text)")
        return try encoder.encode(.labelled(ids: ids, labels: ids.indices.map { $0 < context.count ? -100 : ids[$0] }))
      }
      let fits = rows.allSatisfy { $0.ids.count <= encoder.maxLength }
      let sums = fits ? try saved.scores(rows, batchSize: batchSize).map(\.logLikelihood) : []
      scores.add(sums, of: fits ? choice.texts : [], right: right)
    }
  }

  private func note(_ numbers: [Int], of total: Int, _ split: Split) -> String {
    let names = numbers.prefix(5).map { "\($0)" } + (numbers.count > 5 ? ["…"] : [])
    return "the \(split.rawValue) split: \(numbers.count) of \(total) questions leave no room for an answer in "
      + "\(saved.model.card.maxPositions) tokens and count as wrong: \(names.joined(separator: ", "))"
  }
}
