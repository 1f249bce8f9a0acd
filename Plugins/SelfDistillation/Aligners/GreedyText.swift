import RefluxCore

/// Continues the prompts of a batch with what a model itself finds likeliest.
struct GreedyText {
  private let model: any Model
  private let limit: Int

  init(_ model: any Model, atMost limit: Int) {
    // Nothing is learned from how the text came about.
    var constant = model
    constant.updateParameters { $1 = $1.detached }
    (self.model, self.limit) = (constant, limit)
  }

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
    let open = rows.indices.filter { !rows[$0].ids.isEmpty && rows[$0].ids.count < model.card.maxPositions }
    let ends = Set(open.map { rows[$0].end })
    let options = GenerationOptions(
      maxNewTokens: limit, endTokens: ends.count == 1 ? Set(ends.compactMap { $0.map(Int32.init) }) : [],
      batchSize: max(open.count, 1))
    let texts = try Generator(model, nil, options)(open.map { rows[$0].ids })
    for (row, text) in zip(open, texts) { rows[row].add(text.ids) }
    return block(of: rows, numbers: input.rowNumbers)
  }

  private struct Row {
    var ids: [Int32]
    let prompt: Int
    let end: Int?

    /// Takes a text over as far as the row's own end.
    mutating func add(_ text: [Int32]) {
      let last = text.firstIndex { Int($0) == end } ?? text.count - 1
      ids += text[...last]
    }
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
