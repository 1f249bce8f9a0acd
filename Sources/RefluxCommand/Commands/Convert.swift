import ArgumentParser
import RefluxCore
import RefluxIO

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turns models of other programs into directories as Hugging Face has them.",
    subcommands: [ConvertLlama2C.self])
}

struct ConvertLlama2C: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "llama2c",
    abstract: "Converts a checkpoint of llama2.c, format v0 or v1.",
    discussion: """
      reflux convert llama2c stories260K.bin --tokenizer tok512.bin --output stories260K; then \
      reflux generate --model stories260K --prompt 'Once upon a time'.
      """)

  @Argument(help: "The checkpoint.", completion: .file()) var checkpoint: String
  @Option(help: "The tokenizer that goes with it.", completion: .file()) var tokenizer: String?
  @Option(help: "The directory to write.", completion: .directory) var output: String

  func run() throws {
    let source = try Llama2CCheckpoint(checkpoint)
    guard !Directory.isTaken("\(output)/\(ModelFile.configuration)") else {
      throw Failure("error: \(output) has a model already", .failed)
    }
    let pieces = try tokenizer.map { try Llama2CTokenizer($0, count: source.vocabularySize) }
    try ModelDirectory(output).write(configuration: source.configuration, parameters: source.parameters)
    if let pieces {
      try AtomicFile.write(to: "\(output)/\(ModelFile.llamaPieces)") { try $0.append(pieces.sentencePieceModel) }
      let settings = pieces.configuration(maxLength: source.maxPositions)
      try JSON.object(settings).write(to: "\(output)/\(ModelFile.tokenizerConfiguration)")
    }
    try Output.print("\(output): \(source.parameters.elementCount) parameters")
  }
}
