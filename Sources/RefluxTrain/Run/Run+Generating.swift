import RefluxCore
import RefluxIO

extension Run {
  public func generate(
    _ name: String, after prompts: [String], samples: Int, _ options: GenerationOptions
  ) throws -> [[WrittenText]] {
    guard let tokenizer else {
      throw RecipeError("text is written with a tokenizer, and the model's directory has none")
    }
    let texts = try result(of: name) { action in
      let texts = try write(name, after: prompts.map(tokenizer.encode(prompt:)), samples, options, keptAt: action)
      return (.array(texts.map { .array($0.map(\.json)) }), [])
    } read: { value, _, path in
      // The action's own result has taken the place of its parts.
      try Directory.remove(StoredTexts.path(for: path))
      return try (value.array ?? []).map { try ($0.array ?? []).map { try WrittenText($0, path: path) } }
    }
    guard texts.count == prompts.count else {
      throw RunError("'\(name)' has stored texts after \(texts.count) prompts, and there are \(prompts.count)")
    }
    return texts
  }

  private func write(
    _ name: String, after prompts: [[Int32]], _ samples: Int, _ options: GenerationOptions, keptAt action: Action
  ) throws -> [[WrittenText]] {
    let student = try modules.model(ModelRole.student)
    var (options, random) = (options, RandomSource(seed: seed, "generate \(name)"))
    (options.endTokens, options.batchSize) = (student.card.endTokens(with: tokenizer), setup.evaluationBatchSize)
    options.seed = random.next()
    let generator = try Generator(student, tokenizer, options)

    let limit = student.card.maxPositions
    let fitting = prompts.indices.filter { prompts[$0].count < limit }
    if fitting.count < prompts.count { try notify(.note(tooLong(name, prompts.map(\.count), limit))) }
    // Batches are always the same, also after an interruption, for a batch decides the last bits of its rows.
    let rows = fitting.flatMap { prompt in (0..<samples).map { prompt * samples + $0 } }
    let batches = batchesOfLikeLength(rows.map { prompts[$0 / samples].count }, atMost: options.batchSize)

    // What is stored from here on is worth keeping.
    try metrics.sync()
    try Directory.create(directory.stages)
    var (parts, tokens) = (try StoredTexts(StoredTexts.path(for: action.path)), 0)
    guard zip(parts.batches, batches).allSatisfy({ $0.count == $1.count }), parts.batches.count <= batches.count else {
      throw RunError(
        "'\(name)' was begun with other prompts; remove \(StoredTexts.path(for: action.path)) to begin it again")
    }
    for batch in batches.dropFirst(parts.batches.count) {
      let (numbers, done) = (batch.map { rows[$0] }, parts.batches.reduce(0) { $0 + $1.count })
      let made = try generator(numbers.map { prompts[$0 / samples] }, numbers: numbers) { _, _ in
        try stopIfWanted()
        tokens += 1
        try notify(.generating(stage: name, done: done, total: rows.count, tokens: tokens))
      }
      try parts.add(made.map { WrittenText($0.text ?? "", isFinished: $0.end != .length) })
    }
    try notify(.generating(stage: name, done: rows.count, total: rows.count, tokens: tokens))
    var texts = [[WrittenText]](repeating: [], count: prompts.count)
    let places = Dictionary(uniqueKeysWithValues: zip(batches.joined(), parts.batches.joined()))
    for (place, row) in rows.enumerated() { if let text = places[place] { texts[row / samples].append(text) } }
    return texts
  }

  private func tooLong(_ name: String, _ lengths: [Int], _ limit: Int) -> String {
    let long = lengths.indices.filter { lengths[$0] >= limit }
    return "\(name): \(long.count) of \(lengths.count) prompts leave no room for text in \(limit) tokens: "
      + firstNumbers(long.map { $0 + 1 })
  }
}
