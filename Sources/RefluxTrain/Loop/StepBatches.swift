import RefluxCore

/// The batches of one optimizer step, told what the whole step holds.
struct StepBatches {
  private(set) var batches: [Batch]

  init(_ planned: [PlannedBatch], from data: any Dataset) throws {
    batches = try planned.map { plan in
      var batch = try data.batch(plan.indices)
      batch.matchedCount = plan.matched.count
      return batch
    }
    let matched = batches.reduce(0) { $0 + $1.matchedCount }
    let step = (
      examples: batches.reduce(0) { $0 + $1.examples.count }, matched: matched,
      targets: batches.reduce(0) { $0 + $1.labelledPositions }
    )
    // Rows are numbered as if the step were one batch: first all matched examples, then all new ones.
    var (nextMatched, nextNew) = (0, matched)
    for index in batches.indices {
      let (repeated, fresh) = (batches[index].matchedCount, batches[index].examples.count - batches[index].matchedCount)
      let numbers = Array(nextMatched..<nextMatched + repeated) + Array(nextNew..<nextNew + fresh)
      (nextMatched, nextNew) = (nextMatched + repeated, nextNew + fresh)
      batches[index].step = step
      batches[index].numberRows(ofExamples: numbers)
    }
  }
}

extension Batch {
  /// How many positions of the input have a label.
  fileprivate var labelledPositions: Int { (blocks["input"] ?? blocks.values.first)?.labelledPositions ?? 0 }

  fileprivate mutating func numberRows(ofExamples numbers: [Int]) {
    for name in blocks.keys {
      guard let choices = blocks[name]?.choices else { continue }
      blocks[name]?.rowNumbers = numbers.flatMap { $0 * choices..<($0 + 1) * choices }
    }
  }
}

extension TokenBlock {
  fileprivate var labelledPositions: Int {
    switch targets {
    case .classes(let all): all.count
    case .scores(let all): all.count
    case .tokens(let rows): rows.reduce(0) { $0 + $1.count { $0 >= 0 } }
    case nil: 0
    }
  }
}
