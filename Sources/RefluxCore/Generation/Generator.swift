/// Goes on with prompts, token by token, keeping keys and values of what was read.
///
/// Prompts of different lengths share a batch without padding. What a row draws depends on the seed and the row's number
/// alone, so neighbours change nothing but the last bit of a product.
public struct Generator {
  private let model: any Model
  private let tokenizer: (any Tokenizer)?
  private let options: GenerationOptions

  /// Throws `RecipeError` if the model is no language model, an option is out of bounds, or stop texts or a tool are asked
  /// for without a tokenizer.
  public init(_ model: any Model, _ tokenizer: (any Tokenizer)?, _ options: GenerationOptions) throws {
    guard model.card.family == .decoder else {
      throw RecipeError("'\(model.card.type)' is an encoder; text is made by a language model such as 'llama'")
    }
    try options.validate()
    guard options.stopTexts.isEmpty || tokenizer != nil else {
      throw RecipeError("stop texts need a tokenizer, and the model's directory has none")
    }
    guard options.tool == nil || tokenizer != nil else {
      throw RecipeError("a tool that writes into texts needs a tokenizer, and the model's directory has none")
    }
    (self.model, self.tokenizer, self.options) = (model, tokenizer, options)
  }

  /// Goes on with each prompt; results are in the prompts' order.
  ///
  /// - Parameters:
  ///   - prompts: Ids, at least one each.
  ///   - numbers: Each row's number for its random stream; by default its place.
  ///   - progress: Called with a row's place and its new tokens so far whenever one was added; may throw to stop.
  /// - Returns: What was made of each prompt.
  /// - Throws: `RecipeError` naming the first prompt that the model cannot read.
  public func callAsFunction(
    _ prompts: [[Int32]], numbers: [Int]? = nil, progress: (Int, [Int32]) throws -> Void = { _, _ in }
  ) throws -> [GeneratedText] {
    for (place, prompt) in prompts.enumerated() { try check(prompt, place) }
    var results = [GeneratedText?](repeating: nil, count: prompts.count)
    // Rows of like length end together more often, and a batch's memory is its longest row's.
    let order = prompts.indices.sorted { (-prompts[$0].count, $0) < (-prompts[$1].count, $1) }
    for start in stride(from: 0, to: order.count, by: options.batchSize) {
      let places = Array(order[start..<min(start + options.batchSize, order.count)])
      let rows = places.map { place in
        Row(prompts[place], place: place, random: RandomSource(seed: options.seed, "row", numbers?[place] ?? place))
      }
      for (place, text) in try generate(rows, progress) { results[place] = text }
    }
    return results.compactMap { $0 }
  }

  private func check(_ prompt: [Int32], _ place: Int) throws {
    do { try model.card.checkPrompt(prompt) } catch let error as RecipeError {
      throw RecipeError("prompt \(place + 1) \(error.messages)")
    }
  }

  private struct Row {
    /// The prompt and what was added.
    var ids: [Int32]
    let promptLength: Int
    let place: Int
    /// How many of them the model has read.
    var readCount = 0
    var random: RandomSource
    init(_ prompt: [Int32], place: Int, random: RandomSource) {
      (ids, promptLength, self.place, self.random) = (prompt, prompt.count, place, random)
    }
    var added: [Int32] { Array(ids.dropFirst(promptLength)) }
    var unread: [Int32] { Array(ids[readCount...]) }
  }

  private func generate(
    _ rows: [Row], _ progress: (Int, [Int32]) throws -> Void
  ) throws -> [(place: Int, text: GeneratedText)] {
    let longest = rows.map(\.promptLength).max() ?? 0
    // A prompt that several rows go on with is read once.
    var (unread, sources) = Self.distinct(rows.map(\.ids))
    let cache = KeyValueCache(
      rows: unread.count, slots: rows.count, capacity: min(longest + options.maxNewTokens, model.card.maxPositions))
    let choice = TokenChoice(options)
    var (active, results) = (rows, [(place: Int, text: GeneratedText)]())
    while !active.isEmpty {
      let logits = try logits(after: unread, cache)
      let width = logits.count / unread.count
      var going: [Int] = []
      for index in active.indices {
        let slice = logits[sources[index] * width..<(sources[index] + 1) * width]
        let id = choice.choose(slice, earlier: active[index].ids, &active[index].random)
        active[index].readCount = active[index].ids.count
        active[index].ids.append(id)
        callTool(&active[index])
        try progress(active[index].place, active[index].added)
        if let text = finished(active[index]) {
          results.append((active[index].place, text))
        } else {
          going.append(index)
        }
      }
      let kept = going.map { sources[$0] }
      if kept != Array(unread.indices) { cache.keep(kept) }
      active = going.map { active[$0] }
      (unread, sources) = (active.map(\.unread), Array(active.indices))
    }
    return results
  }

  /// The different ones of some rows, in order, and which of them each row is.
  private static func distinct(_ rows: [[Int32]]) -> (rows: [[Int32]], sources: [Int]) {
    var (distinct, places) = ([[Int32]](), [[Int32]: Int]())
    let sources = rows.map { row in
      if let known = places[row] { return known }
      places[row] = distinct.count
      distinct.append(row)
      return distinct.count - 1
    }
    return (distinct, sources)
  }

  /// Lets the tool add to a row whose newest token may end a call, as far as there is room.
  private func callTool(_ row: inout Row) {
    guard let tool = options.tool, let tokenizer, let last = row.ids.last, !options.endTokens.contains(last),
      tokenizer.decode([last]).hasSuffix(tool.callEnd), let text = tool.addition(to: tokenizer.decode(row.added))
    else { return }
    let room = min(
      options.maxNewTokens - (row.ids.count - row.promptLength), model.card.maxPositions - row.ids.count)
    row.ids += tokenizer.encode(continuing: text).prefix(room)
  }

  /// The logits of each row's next token: `[rows · vocabulary]`.
  private func logits(after next: [[Int32]], _ cache: KeyValueCache) throws -> [Float] {
    var pass = ForwardPass(training: false)
    pass.cache = cache
    let block = TokenBlock(ids: next.flatMap { $0 }, rows: RowOffsets(lengths: next.map(\.count)))
    guard let tokens = try model(block, &pass).tokens else {
      throw RecipeError("the model '\(model.card.type)' predicts no tokens")
    }
    return tokens.logits.floats
  }

  private func finished(_ row: Row) -> GeneratedText? {
    let (added, prompt) = (row.added, Array(row.ids.prefix(row.promptLength)))
    func text(_ ids: [Int32]) -> String? { tokenizer?.decode(ids, after: prompt) }
    if options.endTokens.contains(row.ids[row.ids.count - 1]) {
      return GeneratedText(ids: added, text: text(added.dropLast()), end: .endToken)
    }
    if !options.stopTexts.isEmpty, let cut = text(added).flatMap(StopTexts(options.stopTexts).cut) {
      return GeneratedText(ids: added, text: cut, end: .stopText)
    }
    guard added.count == options.maxNewTokens || row.ids.count == model.card.maxPositions else { return nil }
    return GeneratedText(ids: added, text: text(added), end: .length)
  }
}
