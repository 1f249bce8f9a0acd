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

/// The smallest number comes out first.
struct MinimumHeap {
  private var values: [UInt64] = []
  var isEmpty: Bool { values.isEmpty }

  mutating func removeAll() { values.removeAll(keepingCapacity: true) }

  mutating func push(_ value: UInt64) {
    var index = values.count
    values.append(value)
    while index > 0 {
      let parent = (index - 1) / 2
      guard value < values[parent] else { break }
      values[index] = values[parent]
      index = parent
    }
    values[index] = value
  }

  mutating func pop() -> UInt64? {
    guard let smallest = values.first, let value = values.popLast() else { return nil }
    guard !values.isEmpty else { return smallest }
    var index = 0
    while true {
      var child = 2 * index + 1
      guard child < values.count else { break }
      if child + 1 < values.count, values[child + 1] < values[child] { child += 1 }
      guard values[child] < value else { break }
      values[index] = values[child]
      index = child
    }
    values[index] = value
    return smallest
  }
}
