/// Finds the longest entry of a vocabulary that a text begins with.
///
/// A trie over UTF-8 bytes whose edges lie in one open-addressing hash table: a step down is one look-up. Words begin
/// at one root, continuations (`##…`) at another.
struct PieceTrie: Sendable {
  private static let start: UInt32 = 0, continuation: UInt32 = 1
  private static let empty = UInt64.max

  /// `(node << 8 | byte) << 32 | child`.
  private var edges: [UInt64] = Array(repeating: empty, count: 1 << 10)
  private var edgeCount = 0
  /// The id of the entry that ends at each node; negative where none does.
  private var ids: [Int32] = [-1, -1]

  mutating func insert(_ piece: some Sequence<UInt8>, continuing: Bool, id: Int32) {
    var node = continuing ? Self.continuation : Self.start
    for byte in piece {
      if let child = child(of: node, byte) {
        node = child
      } else {
        ids.append(-1)
        let child = UInt32(ids.count - 1)
        add(edge: UInt64(node << 8 | UInt32(byte)) << 32 | UInt64(child))
        node = child
      }
    }
    ids[Int(node)] = id
  }

  /// The longest entry at `position`, or `nil`.
  func longestMatch(in word: UnsafeBufferPointer<UInt8>, at position: Int) -> (id: Int32, end: Int)? {
    var node = position == 0 ? Self.start : Self.continuation
    var (best, end) = (Int32(-1), position)
    for index in position..<word.count {
      guard let child = child(of: node, word[index]) else { break }
      node = child
      if ids[Int(node)] >= 0 { (best, end) = (ids[Int(node)], index + 1) }
    }
    return best < 0 ? nil : (best, end)
  }

  /// Calls `body` with every entry that the text has at `position`, the shortest first.
  func forEachMatch(in text: UnsafeBufferPointer<UInt8>, at position: Int, _ body: (_ id: Int32, _ end: Int) -> Void) {
    var node = Self.start
    for index in position..<text.count {
      guard let child = child(of: node, text[index]) else { break }
      node = child
      if ids[Int(node)] >= 0 { body(ids[Int(node)], index + 1) }
    }
  }

  private func child(of node: UInt32, _ byte: UInt8) -> UInt32? {
    let key = UInt64(node << 8 | UInt32(byte))
    var slot = Self.slot(key, edges.count)
    while edges[slot] != Self.empty {
      if edges[slot] >> 32 == key { return UInt32(truncatingIfNeeded: edges[slot]) }
      slot = (slot + 1) & (edges.count - 1)
    }
    return nil
  }

  private mutating func add(edge: UInt64) {
    if 2 * edgeCount >= edges.count {
      let old = edges
      edges = Array(repeating: Self.empty, count: 2 * old.count)
      for edge in old where edge != Self.empty { place(edge) }
    }
    place(edge)
    edgeCount += 1
  }

  private mutating func place(_ edge: UInt64) {
    var slot = Self.slot(edge >> 32, edges.count)
    while edges[slot] != Self.empty { slot = (slot + 1) & (edges.count - 1) }
    edges[slot] = edge
  }

  private static func slot(_ key: UInt64, _ count: Int) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & (count - 1)
  }
}
