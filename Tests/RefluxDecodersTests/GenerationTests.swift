import RefluxCPU
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxCore
@testable import RefluxDecoders

@Suite struct GenerationTests {
  private func prompts(_ fixtures: LlamaFixture) throws -> [[Int32]] {
    try #require(fixtures.expected["generation"]?["prompts"]?.array).map { $0.numbers.map { Int32($0) } }
  }

  private func tokens(_ json: JSON?) throws -> [[Int32]] {
    try #require(json?.array).map { $0.numbers.map { Int32($0) } }
  }

  /// What transformers' greedy search gives, alone, together and after other rows have ended.
  @Test(arguments: LlamaFixture.all, testedBackends) func greedy(_ name: String, _ backend: any Backend) throws {
    let fixtures = try LlamaFixture(name)
    let llama = try fixtures.model(on: backend)
    let generation = try #require(fixtures.expected["generation"])
    let wanted = try tokens(generation["tokens"])
    for batchSize in [1, 2, 3] {
      let generator = try Generator(llama, nil, GenerationOptions(maxNewTokens: 20, batchSize: batchSize))
      let found = try generator(prompts(fixtures))
      #expect(found.map(\.ids) == wanted, "batches of \(batchSize)")
      #expect(found.allSatisfy { $0.end == .length && $0.text == nil })
    }
  }

  /// Rows with one prompt share its pass, and still end one by one.
  @Test(arguments: LlamaFixture.all) func rowsThatShareAPrompt(_ name: String) throws {
    let fixtures = try LlamaFixture(name)
    let llama = try fixtures.model(on: CPUBackend(threads: 2))
    let (prompts, order) = (try prompts(fixtures), [0, 1, 0, 2, 1, 0])
    let generation = try #require(fixtures.expected["generation"])
    let wanted = try tokens(generation["tokens"])
    func ids(_ options: GenerationOptions) throws -> [[Int32]] {
      try Generator(llama, nil, options)(order.map { prompts[$0] }).map(\.ids)
    }
    #expect(try ids(GenerationOptions(maxNewTokens: 20, batchSize: 6)) == order.map { wanted[$0] })
    // Two of three go on from the first pass.
    let end = wanted[1][0]
    let cut = wanted.map { row in Array(row.prefix((row.firstIndex(of: end) ?? row.count - 1) + 1)) }
    let options = GenerationOptions(maxNewTokens: 20, endTokens: [end], batchSize: 3)
    #expect(try ids(options) == order.map { cut[$0] })

    var drawing = GenerationOptions(maxNewTokens: 12, temperature: 1.2, batchSize: 6, seed: 4)
    let together = try ids(drawing)
    #expect(together[0] != together[2] && together[2] != together[5])
    drawing.batchSize = 1
    #expect(try ids(drawing) == together)
  }

  @Test(arguments: LlamaFixture.all) func rowsEndByThemselves(_ name: String) throws {
    let fixtures = try LlamaFixture(name)
    let ending = try #require(fixtures.expected["generation"]?["with_eos"])
    let end = Int32(try #require(ending["eos_token_id"]?.integer))
    let options = GenerationOptions(maxNewTokens: 20, endTokens: [end], batchSize: 3)
    let found = try Generator(fixtures.model(on: CPUBackend(threads: 2)), nil, options)(prompts(fixtures))
    for (row, wanted) in zip(found, try tokens(ending["tokens"])) {
      // The fixtures fill up with padding after the end.
      let length = wanted.firstIndex(of: end).map { $0 + 1 } ?? wanted.count
      #expect(row.ids == Array(wanted.prefix(length)))
      #expect(row.end == (wanted.contains(end) ? .endToken : .length))
    }
  }

  /// What transformers' greedy search gives with a penalty, in double precision.
  @Test(arguments: ["llama2", "llama3"]) func repetitionPenalty(_ name: String) throws {
    let fixtures = try LlamaFixture(name)
    let llama = try fixtures.model(on: CPUBackend(threads: 2))
    let plain = try tokens(fixtures.expected["generation"]?["tokens"])
    let cases = try #require(JSON(contentsOf: fixture("\(name)/repetition_penalty.json"))["cases"]?.array)
    #expect(cases.count == 2)
    for item in cases {
      let (penalty, wanted) = (try #require(item["penalty"]?.number), try tokens(item["tokens"]))
      let options = GenerationOptions(maxNewTokens: 20, repetitionPenalty: Float(penalty), batchSize: 3)
      #expect(try Generator(llama, nil, options)(prompts(fixtures)).map(\.ids) == wanted && wanted != plain)
    }
  }

  /// What a row draws hangs on its number and the seed, not on its neighbours.
  @Test func drawsOfARowAreItsOwn() throws {
    let fixtures = try LlamaFixture("llama3")
    let llama = try fixtures.model(on: CPUBackend(threads: 2))
    let prompts = try prompts(fixtures)
    func drawn(_ prompts: [[Int32]], _ numbers: [Int], batch: Int, seed: UInt64 = 5) throws -> [[Int32]] {
      let options = GenerationOptions(
        maxNewTokens: 12, temperature: 1.3, topK: 40, topP: 0.9, repetitionPenalty: 1.1, batchSize: batch, seed: seed)
      return try Generator(llama, nil, options)(prompts, numbers: numbers).map(\.ids)
    }
    let together = try drawn(prompts, [0, 1, 2], batch: 3)
    #expect(try drawn(prompts, [0, 1, 2], batch: 1) == together)
    #expect(try drawn([prompts[2], prompts[0]], [2, 0], batch: 2) == [together[2], together[0]])
    #expect(try drawn(prompts, [0, 1, 2], batch: 3, seed: 6) != together)
    #expect(try drawn([prompts[0], prompts[0]], [0, 7], batch: 2)[1] != together[0])
  }

  /// Over many draws, each token's share is its probability among those that are left.
  @Test func sharesOfTheDraws() throws {
    let logits: [Float] = [1, 2, 0, 3, -1]
    func shares(_ options: GenerationOptions, earlier: [Int32] = []) -> [Double] {
      var random = RandomSource(seed: 9, "draws")
      var counts = [Double](repeating: 0, count: 5)
      let choice = TokenChoice(options)
      for _ in 0..<20_000 { counts[Int(choice.choose(logits[...], earlier: earlier, &random))] += 1 / 20_000 }
      return counts
    }
    func near(_ found: [Double], _ powers: [Double]) -> Bool {
      let total = powers.reduce(0, +)
      return zip(found, powers).allSatisfy { abs($0 - $1 / total) < 0.015 && ($1 > 0 || $0 == 0) }
    }
    let e = 2.718281828
    #expect(near(shares(GenerationOptions(maxNewTokens: 1, temperature: 1)), [e, e * e, 1, e * e * e, 1 / e]))
    #expect(near(shares(GenerationOptions(maxNewTokens: 1, temperature: 1, topK: 2)), [0, e * e, 0, e * e * e, 0]))
    // 0.644 alone is less than 0.7, so the second joins.
    #expect(near(shares(GenerationOptions(maxNewTokens: 1, temperature: 1, topP: 0.7)), [0, e * e, 0, e * e * e, 0]))
    #expect(near(shares(GenerationOptions(maxNewTokens: 1, temperature: 1, topP: 0.6)), [0, 0, 0, 1, 0]))
    let colder = shares(GenerationOptions(maxNewTokens: 1, temperature: 0.5, topK: 2))
    #expect(near(colder, [0, 1, 0, e * e, 0]))
    // Twice the penalty halves 3 and 2, and doubles -1.
    let penalty = GenerationOptions(maxNewTokens: 1, temperature: 1, topK: 3, repetitionPenalty: 2)
    #expect(near(shares(penalty, earlier: [3, 1, 4, 3]), [e, e, 0, e * e.squareRoot(), 0]))
    var random = RandomSource(seed: 9, "draws")
    #expect(TokenChoice(GenerationOptions(maxNewTokens: 1)).choose([0, 3, 3, 1], earlier: [], &random) == 1)
  }

  @Test func whatCannotBeGoneOnWith() throws {
    let llama = try LlamaFixture("llama1").model()
    let generator = try Generator(llama, nil, GenerationOptions(maxNewTokens: 1))
    #expect(thrownMessage { try generator([[1], []]) } == "prompt 2 has no tokens to go on with")
    #expect(
      thrownMessage { try generator([[Int32](repeating: 1, count: 128)]) }
        == "prompt 1 has 128 tokens and leaves no room for more: the model reads 128")
    #expect(
      thrownMessage { try Generator(llama, nil, GenerationOptions(maxNewTokens: 1, topP: 0)) }
        == "top_p must be above 0 and at most 1, but is 0.0")
    #expect(
      thrownMessage { try Generator(llama, nil, GenerationOptions(maxNewTokens: 1, stopTexts: ["a"])) }
        == "stop texts need a tokenizer, and the model's directory has none")
  }

  /// What a tool adds is read like anything else: each token is the one that greedy search without a cache and without a
  /// tool finds behind all tokens before it, alone and beside rows of other lengths.
  @Test(arguments: [1, 3]) func toolsAddToRows(_ batchSize: Int) throws {
    let fixtures = try LlamaFixture("llama3")
    let llama = try fixtures.model(on: CPUBackend(threads: 2))
    let (prompts, tokenizer) = (try prompts(fixtures), NumberedTokens())
    // Tokens at several places of the first two rows, so that rows call at different times.
    let plain = try Generator(llama, nil, GenerationOptions(maxNewTokens: 20))(prompts).map(\.ids)
    let calls = [plain[0][3], plain[1][7]]
    let tool = FixedAddition(calls: calls, addition: [5, 9, 5])
    let options = GenerationOptions(maxNewTokens: 18, tool: tool, batchSize: batchSize)
    let rows = try Generator(llama, tokenizer, options)(prompts)
    var additions = 0
    for (prompt, row) in zip(prompts, rows) {
      #expect(row.ids.count == 18 && row.end == .length)
      #expect(row.text == tokenizer.decode(row.ids))
      var place = 0
      while place < row.ids.count {
        let next = try Generator(llama, nil, GenerationOptions(maxNewTokens: 1))([prompt + row.ids.prefix(place)])
        #expect(row.ids[place] == next[0].ids[0], "token \(place)")
        place += 1
        guard calls.contains(row.ids[place - 1]) else { continue }
        #expect(row.ids[place...].prefix(3).elementsEqual([5, 9, 5].prefix(18 - place)))
        (place, additions) = (place + 3, additions + 1)
      }
    }
    #expect(additions >= 2)
    #expect(
      thrownMessage { try Generator(llama, nil, options) }
        == "a tool that writes into texts needs a tokenizer, and the model's directory has none")
  }

  /// A row ends where the model's positions end.
  @Test func theContextIsALimit() throws {
    let llama = try LlamaFixture("llama1").model(on: CPUBackend(threads: 1))
    let found = try Generator(llama, nil, GenerationOptions(maxNewTokens: 50))([[Int32](repeating: 5, count: 120)])
    #expect(found[0].ids.count == 8 && found[0].end == .length)
  }
}

/// Adds the same tokens behind each of some.
private struct FixedAddition: TextTool {
  let calls: [Int32], addition: [Int32]
  let callEnd = " "
  func addition(to text: String) -> String? {
    guard let last = text.split(separator: " ").last.flatMap({ Int32($0) }), calls.contains(last) else { return nil }
    return NumberedTokens().decode(addition)
  }
}
