import Foundation
import RefluxCore
import RefluxText

/// Tokenizes every line of a file once for every line of standard input, on one thread.
struct TokenizerBenchmark {
  private let tokenizer: any Tokenizer
  private let texts: [String]

  private struct Answer: Encodable { let seconds: Double, processor: Double, tokens: Int }

  init(model: String, texts path: String) throws {
    tokenizer = try TokenizerLoader().load(model)
    texts = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { String($0) }
  }

  func run() throws {
    while readLine() != nil {
      let (start, processor) = (ContinuousClock.now, ProcessorTime.now())
      var tokens = 0
      for text in texts { tokens += tokenizer.encode(text, pair: nil, maxLength: nil).ids.count }
      let answer = Answer(
        seconds: start.duration(to: .now).seconds, processor: ProcessorTime.now() - processor, tokens: tokens)
      FileHandle.standardOutput.write(try JSONEncoder().encode(answer) + Data("\n".utf8))
    }
  }
}
