import RefluxCore

/// Continues the prompts of a batch with what a model itself finds likeliest.
struct GreedyText {
  private let model: any Model
  private let limit: Int
  init(_ model: any Model, atMost limit: Int) { (self.model, self.limit) = (model, limit) }

  /// Each row's prompt, everything up to the first label, with the model's own text after it as what is labelled.
  ///
  /// A row ends like its own answer does, with the token that is labelled last, or when it is as long as is allowed.
  func continuing(_ input: TokenBlock) throws -> TokenBlock {
    guard case .tokens(let targets)? = input.targets else {
      throw RecipeError("positions: generated needs rows with an answer, so that it is known where the prompts end")
    }
    var rows = (0..<input.rowCount).map { row in
      let prompt = (targets[row].firstIndex { $0 >= 0 } ?? targets[row].count - 1) + 1
      return Row(
        ids: Array(input.ids[input.rows[row]].prefix(prompt)), prompt: prompt, end: targets[row].last { $0 >= 0 })
    }
    for _ in 0..<limit {
      let open = rows.indices.filter { !rows[$0].isFinished && rows[$0].ids.count < model.card.maxPositions }
      guard !open.isEmpty else { break }
      let block = TokenBlock(
        ids: open.flatMap { rows[$0].ids }, rows: RowOffsets(lengths: open.map { rows[$0].ids.count }))
      var pass = ForwardPass(training: false)
      guard let said = try model(block, &pass).tokens?.detached else { break }
      for (row, token) in zip(open, said.logits.argmax()) { rows[row].ids.append(Int32(token)) }
    }
    return block(of: rows, numbers: input.rowNumbers)
  }

  private struct Row {
    var ids: [Int32]
    let prompt: Int
    let end: Int?
    var isFinished: Bool { ids.count > prompt && ids.last.map(Int.init) == end }
  }

  /// The last token of each row is predicted and not read.
  private func block(of rows: [Row], numbers: [Int]) -> TokenBlock {
    let read = rows.map { $0.ids.count > $0.prompt ? Array($0.ids.dropLast()) : $0.ids }
    var block = TokenBlock(ids: read.flatMap { $0 }, rows: RowOffsets(lengths: read.map(\.count)))
    block.targets = .tokens(
      zip(rows, read).map { row, read in
        read.indices.map { $0 + 1 >= row.prompt && $0 + 1 < row.ids.count ? Int(row.ids[$0 + 1]) : -1 }
      })
    block.rowNumbers = numbers
    return block
  }
}
