import RefluxIO

/// Cuts a word into tokens: the heart of a tokenizer, `model` in `tokenizer.json`.
protocol TokenModel: Sendable {
  var vocabulary: Vocabulary { get }
  /// As `tokenizer.json` has it.
  var description: JSON { get }
  /// Appends the ids of a word's tokens.
  func append(_ word: UnsafeBufferPointer<UInt8>, to ids: inout [Int32], _ workspace: inout ModelWorkspace)
}

/// Memory that models use again for each word.
struct ModelWorkspace {
  /// Byte pairs: the symbols of a word as a linked list, and the joins to come.
  var symbols: [BytePairModel.Symbol] = []
  var joins = MinimumHeap()
  /// Unigram: the best way to reach each position.
  var nodes: [UnigramModel.Node] = []
}
