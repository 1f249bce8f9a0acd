import ArgumentParser
import RefluxCore
import RefluxIO
import RefluxTrain

struct Score: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says how likely a language model finds texts.",
    discussion: """
      Reads JSON lines {"input_ids", "labels"?} or {"prompt", "response"} and writes, in the same order, \
      {"log_likelihood", "tokens", "greedy"}: the sum over the response's tokens and its end (the labelled ids; without \
      labels all but the first), how many there are, and whether each is the likeliest.
      """)

  @OptionGroup var model: LanguageModelFiles
  @Option(help: "JSON lines to read; - is standard input.", completion: .file()) var input: String
  @Option(help: "JSON lines to write; - is standard output.", completion: .file()) var output = "-"
  @Option(help: "Rows that go through the model together, at most.") var batchSize = 16
  @OptionGroup var device: DeviceOptions

  /// Rows that are read before any is scored, so that rows of like length can be put together.
  private static let chunk = 1024

  func validate() throws {
    guard batchSize >= 1 else { throw ValidationError("--batch-size must be at least 1") }
  }

  func run() throws {
    let rows = try PromptRows(input)
    let saved = try model.load(on: device.backend())
    let encoder = try saved.encoder()
    let (chunk, size) = (Self.chunk, batchSize)
    try ModelFiles.write(to: output) { write in
      var batch: [EncodedRow] = []
      func flush() throws {
        for score in try saved.scores(batch, batchSize: size) { try write(.object(score.json)) }
        batch = []
      }
      while let row = try rows.next() {
        do { batch.append(try encoder.encode(rows.scored(row))) } catch let error as RecipeError {
          throw rows.failure(error)
        }
        let tokens = batch[batch.count - 1].ids.count
        guard tokens <= encoder.maxLength else {
          throw rows.failure("has \(tokens) tokens, and the model reads \(encoder.maxLength)")
        }
        if batch.count == chunk { try flush() }
      }
      try flush()
    }
  }
}

extension TextScore {
  fileprivate var json: JSONObject {
    JSONObject([
      ("log_likelihood", .number(logLikelihood)), ("tokens", .integer(tokens)), ("greedy", .bool(isGreedy)),
    ])
  }
}
