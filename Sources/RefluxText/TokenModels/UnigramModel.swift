import RefluxIO

/// The most probable way to cut a word into tokens with a probability each.
///
/// Source: Kudo 2018. Ids are those of Hugging Face `tokenizers`, which are not always SentencePiece's.
struct UnigramModel: TokenModel {
  struct Node { var score: Double, start: Int32, id: Int32 }

  let vocabulary: Vocabulary
  /// Log probabilities by id.
  let scores: [Double]
  let unknownID: Int32?
  let fallsBackToBytes: Bool
  private let trie: PieceTrie
  private let unknownScore: Double
  private let fallbackIDs: [Int32]
  /// How much less likely than the least likely token an unknown character is.
  private static let unknownPenalty = 10.0

  init(_ vocabulary: Vocabulary, scores: [Double], unknownID: Int32?, fallsBackToBytes: Bool) {
    (self.vocabulary, self.scores) = (vocabulary, scores)
    (self.unknownID, self.fallsBackToBytes) = (unknownID, fallsBackToBytes)
    var trie = PieceTrie()
    for (id, token) in vocabulary.tokens.enumerated() { trie.insert(token.utf8, continuing: false, id: Int32(id)) }
    self.trie = trie
    unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
    fallbackIDs = ByteAlphabet.fallbackNames.map { vocabulary.id($0) ?? -1 }
  }

  func append(_ word: UnsafeBufferPointer<UInt8>, to ids: inout [Int32], _ workspace: inout ModelWorkspace) {
    findBestPath(word, &workspace.nodes)
    let first = ids.count
    var end = word.count
    // Backwards; unknown characters in a row are one token.
    while end > 0 {
      var node = workspace.nodes[end]
      var start = Int(node.start)
      if node.id < 0 {
        while start > 0, workspace.nodes[start].id < 0 { start = Int(workspace.nodes[start].start) }
        appendUnknown(UnsafeBufferPointer(rebasing: word[start..<end]), to: &ids)
      } else {
        ids.append(node.id)
      }
      end = start
      node = workspace.nodes[end]
    }
    ids[first...].reverse()
  }

  /// Viterbi: for every position the best way to get there.
  private func findBestPath(_ word: UnsafeBufferPointer<UInt8>, _ nodes: inout [Node]) {
    nodes.removeAll(keepingCapacity: true)
    nodes.append(contentsOf: repeatElement(Node(score: 0, start: -1, id: -1), count: word.count + 1))
    var start = 0
    while start < word.count {
      let width = UTF8Text.scalar(word, at: start).width
      let score = nodes[start].score
      var isCovered = false
      func offer(_ end: Int, _ candidate: Double, _ id: Int32) {
        if nodes[end].start < 0 || candidate > nodes[end].score {
          nodes[end] = Node(score: candidate, start: Int32(start), id: id)
        }
      }
      trie.forEachMatch(in: word, at: start) { id, end in
        // A file may list unknown among its tokens; a match of it still is a token.
        offer(end, score + scores[Int(id)], id == unknownID ? -1 : id)
        if end == start + width { isCovered = true }
      }
      if !isCovered { offer(start + width, score + unknownScore, -1) }
      start += width
    }
  }

  private func appendUnknown(_ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
    if let id = vocabulary.table.value(text) {
      ids.append(id)
    } else if fallsBackToBytes, text.allSatisfy({ fallbackIDs[Int($0)] >= 0 }) {
      // Turned around with everything else.
      for byte in text.reversed() { ids.append(fallbackIDs[Int(byte)]) }
    } else if let unknownID {
      ids.append(unknownID)
    }
  }

  var description: JSON {
    [
      "type": "Unigram", "unk_id": unknownID.map { .integer(Int($0)) } ?? .null,
      "vocab": .array(zip(vocabulary.tokens, scores).map { .array([.string($0), .number($1)]) }),
      "byte_fallback": .bool(fallsBackToBytes),
    ]
  }
}
