import RefluxCore

/// A language model over words: the logits of the next one are a row of a table, that of the last word.
struct WordModel: Model {
  static let name = "words"
  static let summary = "Goes on with each word as a table says, for tests."
  var table: Tensor  // [vocabulary, vocabulary]
  var card: ModelCard

  /// Behind each word comes `next[word]`, or any word alike; `confidence` is how far its logit is above the others'.
  init(_ words: WordTokenizer, next: [String: String], confidence: Float = 5, maxPositions: Int = 64) {
    let count = words.words.count
    var logits = [Float](repeating: 0, count: count * count)
    for (word, follower) in next {
      guard let row = words.words.firstIndex(of: word), let column = words.words.firstIndex(of: follower)
      else { continue }
      logits[row * count + column] = confidence
    }
    table = Tensor(logits, [count, count])
    card = ModelCard(
      .decoder, type: "words", layers: 0, hiddenSize: count, vocabularySize: count, maxPositions: maxPositions,
      outputs: 0)
  }
  init(_: NoOptions, _: inout BuildContext) { self.init(WordTokenizer([]), next: [:]) }

  mutating func visit(_ visitor: inout ParameterVisitor) { visitor.visit("table", &table) }

  func callAsFunction(_ input: TokenBlock, _: inout ForwardPass) -> ModelOutput {
    let (asked, count) = (AskedPositions(input), table.shape[0])
    let unit = Tensor((0..<count * count).map { $0 % (count + 1) == 0 ? 1 : 0 }, [count, count])
    return ModelOutput(
      tokens: TokenPredictions(
        hidden: table.taking(asked.places.map { Int(input.ids[Int($0)]) }), head: unit, rows: asked.rows,
        targets: asked.targets))
  }

  func save(to _: String) {}
  func saveConfiguration(to _: String) {}
}

/// Words between spaces; the first of its list ends a text.
struct WordTokenizer: Tokenizer {
  let words: [String]
  init(_ words: [String]) { self.words = words }
  var vocabularySize: Int { words.count }
  func token(_ id: Int32) -> String? { words.indices.contains(Int(id)) ? words[Int(id)] : nil }
  var modelMaxLength: Int? { nil }
  var endToken: Int32? { 0 }

  func encode(_ text: String, pair _: String?, maxLength _: Int?) -> EncodedRow {
    let ids = text.split(whereSeparator: \.isWhitespace).compactMap { words.firstIndex(of: String($0)).map(Int32.init) }
    return EncodedRow(ids: ids, segments: ids.map { _ in 0 })
  }
  func decode(_ ids: [Int32]) -> String { ids.map { words[Int($0)] }.joined(separator: " ") }
  func specialTokenCount(pair _: Bool) -> Int { 0 }
  func save(to _: String) {}
}
