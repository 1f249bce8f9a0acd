import Foundation
import RefluxIO
import RefluxTesting
import Testing

/// `reflux convert llama2c`: a checkpoint and a tokenizer in llama2.c's formats, written here byte by byte.
@Suite struct ConvertTests {
  private static func little(_ number: Int32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// Three marks, every byte, and five pieces.
  private static let pieces =
    ["<unk>", "\n<s>\n", "\n</s>\n"] + (0..<256).map { String(format: "<0x%02X>", $0) } + ["a", "b", " ", " a", "ab"]

  /// Format v0: seven sizes, then the weights; width 8, one layer of two heads, 12 inside, 16 positions.
  private static var checkpoint: [UInt8] {
    let sizes: [Int32] = [8, 12, 1, 2, 2, Int32(pieces.count), 16]
    let count = pieces.count * 8 + 8 + 4 * 64 + 8 + 3 * 96 + 8 + 2 * 16 * 2
    let weights = (0..<count).map { Float(($0 * 37) % 23 - 11) / 16 }
    return (sizes + weights.map { Int32(bitPattern: $0.bitPattern) }).flatMap(little)
  }

  /// The longest piece's length, then score, length and bytes of each.
  private static var tokenizer: [UInt8] {
    little(6)
      + pieces.enumerated().flatMap { number, piece in
        little(Int32(bitPattern: Float(-number).bitPattern)) + little(Int32(piece.utf8.count)) + Array(piece.utf8)
      }
  }

  private func withFiles(
    _ checkpoint: [UInt8] = Self.checkpoint, _ tokenizer: [UInt8] = Self.tokenizer,
    _ body: (String, [String]) throws -> Void
  ) throws {
    try withTemporaryDirectory { directory in
      try AtomicFile.write(to: "\(directory)/m.bin") { try $0.append(checkpoint) }
      try AtomicFile.write(to: "\(directory)/t.bin") { try $0.append(tokenizer) }
      try body(
        directory,
        [
          "convert", "llama2c", "\(directory)/m.bin", "--tokenizer", "\(directory)/t.bin", "--output",
          "\(directory)/out",
        ])
    }
  }

  @Test func theResultIsAModel() throws {
    try withFiles { directory, arguments in
      // 264 · 8 of the table, 8 and 8 and 8 of norms, 4 · 64 and 3 · 96 of the layer.
      #expect(try Program.run(arguments) == .init(code: 0, output: "\(directory)/out: 2680 parameters\n", errors: ""))
      let files = try Directory.names(in: "\(directory)/out").sorted()
      #expect(files == ["config.json", "model.safetensors", "tokenizer.model", "tokenizer_config.json"])
      // A text's first space comes with its first piece: <s>, " a", "b".
      let tokenized = try Program.run(
        ["tokenize", "--model", "\(directory)/out", "--input", "-", "--output", "-"], input: #"{"text": "ab"}"#)
      #expect(tokenized.output == #"{"input_ids": [1, 262, 260], "token_type_ids": [0, 0, 0]}"# + "\n")
      let made = try Program.run(
        ["generate", "--model", "\(directory)/out", "--prompt", "ab", "--max-new-tokens", "3", "--ignore-eos"])
      #expect(made.code == 0 && made.errors.isEmpty)
      let row = try JSON(parsing: made.output.utf8, name: "output")
      #expect(row["output_ids"]?.array?.count == 3)
      #expect(
        try Program.run(arguments)
          == .init(code: 1, output: "", errors: "error: \(directory)/out has a model already\n"))
    }
  }

  @Test func brokenFilesAreRefused() throws {
    func message(_ checkpoint: [UInt8] = Self.checkpoint, _ tokenizer: [UInt8] = Self.tokenizer) throws -> String {
      var text = ""
      try withFiles(checkpoint, tokenizer) { directory, arguments in
        let outcome = try Program.run(arguments)
        #expect(outcome.code == 1 && outcome.output.isEmpty)
        #expect(!Directory.isTaken("\(directory)/out"))
        text = outcome.errors.replacing(directory, with: "DIR")
      }
      return text
    }
    let (whole, pieces) = (Self.checkpoint, Self.tokenizer)
    #expect(try message(Array(whole.prefix(20))) == "error: DIR/m.bin: is no checkpoint of llama2.c: it has 20 bytes\n")
    #expect(
      try message(Array(whole.dropLast()))
        == "error: DIR/m.bin: has \(whole.count - 1) bytes, and its header makes it \(whole.count)\n")
    #expect(
      try message(Self.little(0x616b_3432) + Self.little(2) + whole)
        == "error: DIR/m.bin: is of version 2 of llama2.c's format; 0 and 1 can be read\n")
    #expect(
      try message(Self.little(7) + whole.dropFirst(4))
        == "error: DIR/m.bin: is no checkpoint of llama2.c: its sizes are [7, 12, 1, 2, 2, 264, 16]\n")
    #expect(
      try message(whole, Array(pieces.dropLast(10)))
        == "error: DIR/t.bin: has 263 pieces, and the checkpoint's vocabulary 264\n")
    #expect(
      try message(whole, Array(pieces.dropLast()))
        == "error: DIR/t.bin: is no tokenizer of llama2.c: piece 263 has 2 bytes\n")
    #expect(
      try message(whole, pieces + [0])
        == "error: DIR/t.bin: has more than the 264 pieces of the checkpoint's vocabulary\n")
  }

  @Test func missingFilesAreNamed() throws {
    let outcome = try Program.run(["convert", "llama2c", "/nowhere/m.bin", "--output", "/nowhere/out"])
    #expect(
      outcome.code == 1 && outcome.errors == "error: /nowhere/m.bin: cannot be opened: No such file or directory\n")
  }
}
