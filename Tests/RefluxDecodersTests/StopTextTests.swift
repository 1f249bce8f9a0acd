import RefluxCPU
import RefluxCore
import RefluxIO
import RefluxTesting
import Testing

@testable import RefluxDecoders

/// Texts that end a row: what is left of it, and what a terminal shows of it while it is written.
@Suite struct StopTextTests {
  @Test func theFirstOneCuts() {
    let stops = StopTexts(["little girl", "\n", "é!"])
    #expect(stops.cut("A little girl.\nEnd") == "A ")
    #expect(stops.cut("A\r\nlittle girl") == "A\r")
    #expect(stops.cut("café! little girl") == "caf")
    #expect(stops.cut("A little gir") == nil)
    #expect(StopTexts([]).cut("A") == nil)
  }

  @Test func whatMayBeAStopTextWaits() {
    let stops = StopTexts(["little girl", "lit up", "é!"])
    #expect(stops.settled("A little gir") == "A ")
    #expect(stops.settled("A lit") == "A ")
    #expect(stops.settled("A litt") == "A ")
    #expect(stops.settled("A little l") == "A little ")
    #expect(stops.settled("A little girl is") == "A ")
    #expect(stops.settled("little by little, all") == "little by little, al")
    #expect(stops.settled("café") == "caf")
    #expect(stops.settled("cafe") == "cafe")
    #expect(StopTexts(["aab"]).settled("aaa") == "a")
    #expect(StopTexts([]).settled("A l") == "A l")
  }

  @Test func piecesOfAShownText() {
    var shown = ShownText(stops: StopTexts(["girl"]))
    // A character in two tokens, and a stop text that does not come.
    #expect(shown.more(of: " caf") == " caf")
    #expect(shown.more(of: " caf\u{FFFD}") == "")
    #expect(shown.more(of: " café gi") == "é ")
    #expect(shown.more(of: " café gif") == "gif")
    #expect(shown.more(of: " café gifg") == "")
    #expect(shown.rest(of: " café gifg") == "g")
    // A tokenizer that takes a space back.
    var changed = ShownText(stops: StopTexts([]))
    #expect(changed.more(of: "so ") == "so ")
    #expect(changed.more(of: "so.") == "")
    #expect(changed.rest(of: "so. ") == ". ")
  }

  /// Rows end where their text has a stop text, alone and beside others, and a terminal shows what they are left with.
  @Test(arguments: [1, 3]) func rowsEndAtStopTexts(_ batchSize: Int) throws {
    let fixtures = try LlamaFixture("llama3")
    let llama = try fixtures.model(on: CPUBackend(threads: 2))
    let generation = try #require(fixtures.expected["generation"])
    func tokens(_ key: String) throws -> [[Int32]] {
      try #require(generation[key]?.array).map { $0.numbers.map { Int32($0) } }
    }
    let (prompts, greedy, tokenizer) = (try tokens("prompts"), try tokens("tokens"), NumberedTokens())
    // The sixth and seventh number of the first row, and the beginning of the second row's third.
    let stops = ["\(greedy[0][5]) \(greedy[0][6]) ", " \(greedy[1][2])"]
    let options = GenerationOptions(maxNewTokens: 20, stopTexts: stops, batchSize: batchSize)
    var (shown, terminal) = (prompts.map { _ in ShownText(stops: StopTexts(stops)) }, prompts.map { _ in "" })
    let rows = try Generator(llama, tokenizer, options)(prompts) { place, added in
      terminal[place] += shown[place].more(of: tokenizer.decode(added, after: prompts[place]))
    }
    #expect(rows.map(\.end) == [.stopText, .stopText, .length])
    #expect(rows.map(\.ids) == [Array(greedy[0].prefix(7)), Array(greedy[1].prefix(3)), greedy[2]])
    let wanted = [
      tokenizer.decode(Array(greedy[0].prefix(5))), "\(greedy[1][0]) \(greedy[1][1])", tokenizer.decode(greedy[2]),
    ]
    #expect(rows.map(\.text) == wanted)
    for place in prompts.indices { terminal[place] += shown[place].rest(of: wanted[place]) }
    #expect(terminal == wanted)
  }
}
