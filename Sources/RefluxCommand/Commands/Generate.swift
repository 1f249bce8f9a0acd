import ArgumentParser
import RefluxCore
import RefluxIO
import RefluxTrain

struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Goes on with prompts.",
    discussion: """
      Reads JSON lines {"prompt"} or {"input_ids"} and writes, in the same order, {"text", "output_ids"}: the new text \
      and the new tokens, the ones that ended it included. With --prompt instead of --input one text is gone on with. \
      A terminal shows the new texts as they come, and nothing else of the rows.
      """)

  @OptionGroup var model: LanguageModelFiles
  @Option(help: "JSON lines to read; - is standard input.", completion: .file()) var input: String?
  @Option(help: "A text to go on with, instead of --input.") var prompt: String?
  @Option(help: "JSON lines to write; - is standard output.", completion: .file()) var output = "-"
  @Option(help: "The most tokens that are made for a row.") var maxNewTokens = 128
  @Option(help: "Divides the logits before a token is drawn; 0 takes the likeliest.") var temperature: Float = 0
  @Option(help: "Draws from so many of the likeliest tokens; 0: from all.") var topK = 0
  @Option(help: "Draws from the fewest of the likeliest tokens that have this share of the probability.")
  var topP: Float = 1
  @Option(help: "Makes tokens less likely that are in the row already; 1 does nothing.")
  var repetitionPenalty: Float = 1
  @Option(help: "A text that ends a row; can be given several times.") var stop: [String] = []
  @Flag(help: "Go on when the model says that the text has ended.") var ignoreEos = false
  @Option(help: "Of the draws; each row has numbers of its own.") var seed: UInt64 = 0
  @Option(help: "Rows that go through the model together, at most.") var batchSize = 8
  @OptionGroup var device: DeviceOptions

  /// Rows that are read before any is gone on with, so that rows of like length can be put together.
  private static let chunk = 256

  func validate() throws {
    guard (input == nil) != (prompt == nil) else { throw ValidationError("give --input FILE or --prompt TEXT") }
    do { try options([]).validate() } catch let error as RecipeError {
      throw ValidationError(error.messages)
    }
  }

  private func options(_ ends: Set<Int32>) -> GenerationOptions {
    GenerationOptions(
      maxNewTokens: maxNewTokens, temperature: temperature, topK: topK, topP: topP,
      repetitionPenalty: repetitionPenalty, endTokens: ends, stopTexts: stop, batchSize: batchSize, seed: seed)
  }

  func run() throws {
    let rows = try input.map { try PromptRows($0) }
    let saved = try model.load(on: device.backend())
    let generator = try Generator(saved.model, saved.tokenizer, options(ignoreEos ? [] : saved.endTokens))
    guard let rows else { return try goOn(with: prompt ?? "", saved, generator) }
    let (chunk, streams) = (Self.chunk, output == "-" && Output.isTerminal)
    try ModelFiles.write(to: output) { write in
      var (batch, done) = ([[Int32]](), 0)
      func flush() throws {
        let numbers = Array(done..<done + batch.count)
        let texts =
          streams
          ? try zip(batch, numbers).map { try shown($0, number: $1, saved, generator) }
          : try generator(batch, numbers: numbers)
        if !streams { for text in texts { try write(.object(text.json)) } }
        done += batch.count
        batch = []
      }
      while let row = try rows.next() {
        batch.append(try rows.ids(of: row, saved))
        if batch.count == chunk { try flush() }
      }
      try flush()
    }
  }

  private func goOn(with prompt: String, _ saved: SavedModel, _ generator: Generator) throws {
    guard let tokenizer = saved.tokenizer else {
      throw Failure("error: \(saved.directory) has no tokenizer; give --input with 'input_ids'", .failed)
    }
    let ids = tokenizer.encode(prompt: prompt)
    guard output == "-", Output.isTerminal else {
      let text = try generator([ids])[0]
      return try ModelFiles.write(to: output) { try $0(.object(text.json)) }
    }
    try Output.write(prompt)
    _ = try shown(ids, number: 0, saved, generator)
  }

  /// Shows a row's new text as it comes.
  private func shown(
    _ ids: [Int32], number: Int, _ saved: SavedModel, _ generator: Generator
  ) throws -> GeneratedText {
    var shown = ShownText(stops: StopTexts(stop))
    let made = try generator([ids], numbers: [number]) { _, added in
      guard let text = saved.tokenizer?.decode(added, after: ids) else { return }
      try Output.write(shown.more(of: text))
    }[0]
    try Output.write(shown.rest(of: made.text ?? "\(made.ids)") + "\n")
    return made
  }
}

extension GeneratedText {
  /// `{"text", "output_ids"}`; without a tokenizer the ids alone.
  fileprivate var json: JSONObject {
    var fields = JSONObject()
    fields["text"] = text.map(JSON.string)
    fields["output_ids"] = .array(ids.map { .integer(Int($0)) })
    return fields
  }
}
