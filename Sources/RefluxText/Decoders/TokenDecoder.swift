/// Makes text of tokens again: `decoder` in `tokenizer.json`.
protocol TokenDecoder: Sendable {
  /// Texts that are then put together.
  func decoded(_ tokens: [String]) -> [String]
}

/// Each takes what the one before it left.
struct DecoderSequence: TokenDecoder {
  let members: [any TokenDecoder]
  func decoded(_ tokens: [String]) -> [String] { members.reduce(tokens) { $1.decoded($0) } }
}
