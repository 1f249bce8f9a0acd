import ArgumentParser
import RefluxCore
import RefluxIO
import RefluxTrain

struct Tokenize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turns text into the token ids that a model reads.",
    discussion: """
      Reads JSON lines {"text", "text_pair"?} and writes, in the same order, {"input_ids", "token_type_ids"}.
      """)

  @OptionGroup var files: ModelFiles
  @Option(help: "Longest row in tokens, special ones included; longer ones are cut. Default: no limit.")
  var maxLength: Int?

  func run() throws {
    let rows = try InputRows(files.input)
    let tokenizer = try SavedModel.tokenizer(of: HubAccess().directory(of: files.model))
    let special = tokenizer.specialTokenCount(pair: true)
    guard maxLength ?? special >= special else {
      throw Failure("error: --max-length must be at least \(special): so many special tokens a pair has", .usage)
    }
    try files.write { write in
      while let row = try rows.next() {
        guard case .text(let text, let pair)? = row.first else {
          throw rows.failure("has token ids already; wants 'text'")
        }
        let encoded = tokenizer.encode(text, pair: pair, maxLength: maxLength)
        try write([
          "input_ids": .array(encoded.ids.map { .integer(Int($0)) }),
          "token_type_ids": .array(encoded.segments.map { .integer(Int($0)) }),
        ])
      }
    }
  }
}
