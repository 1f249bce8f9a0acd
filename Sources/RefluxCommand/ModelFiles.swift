import ArgumentParser
import RefluxIO

/// A model directory, rows to read and rows to write.
struct ModelFiles: ParsableArguments {
  @Option(
    help: """
      A model directory (config.json, weights and a tokenizer's files), an adapter directory, a run directory, or a \
      model of the hub.
      """,
    completion: .directory)
  var model: String
  @Option(help: "An adapter directory (PEFT's); --model is the model that it belongs to.", completion: .directory)
  var adapter: String?
  @Option(help: "JSON lines to read; - is standard input.", completion: .file()) var input: String
  @Option(help: "JSON lines to write; - is standard output.", completion: .file()) var output: String

  func write(_ body: ((JSON) throws -> Void) throws -> Void) throws { try Self.write(to: output, body) }

  /// Writes rows; a file appears when all of them are there, and - is standard output.
  static func write(to output: String, _ body: ((JSON) throws -> Void) throws -> Void) throws {
    if output == "-" {
      let writer = try JSONLinesWriter("-")
      return try body { row in try writer.write(row.finite) }
    }
    try AtomicFile.write(to: output) { file in
      try withoutActuallyEscaping(body) { body in
        try body { row in try file.append((row.finite.text + "\n").utf8) }
      }
    }
  }
}
