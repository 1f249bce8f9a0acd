import RefluxCore

/// Asks a model about every example of some data.
struct Evaluator {
  let task: any Task
  let modules: ModuleSet
  /// Rows of a batch, at most; long rows make smaller batches.
  let batchSize: Int

  /// What came out: an answer per example, in the data's order, and the scores if the examples have labels.
  struct Outcome {
    var answers: [ExampleAnswer]
    var loss: Double?
    var scores: [(name: String, value: Double)] = []
  }

  /// Asks about every example; `between` is called after each batch with the number of examples done, and may throw to
  /// stop.
  func ask(
    _ predict: Predictor, about data: any Dataset, scoring: Bool, between: (Int) throws -> Void
  ) throws -> Outcome {
    var answers = [ExampleAnswer?](repeating: nil, count: data.count)
    var (metrics, loss, labelled) = (scoring ? task.metrics() : [], 0.0, 0)
    var done = 0
    for indices in batchesOfLikeLength(data.lengths, atMost: batchSize) {
      let batch = try data.batch(indices)
      let block = try batch.input
      var pass = ForwardPass(training: false)
      let output = try predict(block, modules, &pass)
      var likelihoods: [ExampleAnswer.Likelihood] = []
      if scoring, block.targets != nil {
        for index in metrics.indices { metrics[index].update(output, block) }
        let (losses, counts) = (try task.loss(output, block).floats, task.targetCounts(block))
        loss += zip(losses, counts).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        labelled += counts.reduce(0, +)
        if output.tokens != nil {
          likelihoods = zip(losses, counts).map { .init(sum: 0 - Double($0) * Double($1), tokens: $1) }
        }
      }
      let (logits, width) = (output.logits.floats, output.logits.count / max(indices.count, 1))
      for (row, index) in indices.enumerated() {
        answers[index] = ExampleAnswer(
          batch.examples[row], logits: Array(logits[row * width..<(row + 1) * width]), label: block.targets?.label(row))
        if !likelihoods.isEmpty { answers[index]?.likelihood = likelihoods[row] }
      }
      done += indices.count
      try between(done)
    }
    return Outcome(
      answers: answers.compactMap { $0 }, loss: labelled > 0 ? loss / Double(labelled) : nil,
      scores: labelled > 0 ? metrics.flatMap(\.scores) : [])
  }
}

extension Targets {
  func label(_ example: Int) -> Label? {
    switch self {
    case .classes(let all): .category(all[example])
    case .scores(let all): .score(all[example])
    case .tokens: nil
    }
  }
}
