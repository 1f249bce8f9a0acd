/// Which pairs of tokens may be joined, how soon, and to what: one flat hash table.
struct MergeTable: Sendable {
  private struct Entry: Sendable { var pair: UInt64, rank: Int32, result: Int32 }
  private static let empty = UInt64.max
  private var entries: [Entry]
  private(set) var count = 0

  init(capacity: Int) {
    var size = 16
    while size < 2 * capacity { size *= 2 }
    entries = Array(repeating: Entry(pair: Self.empty, rank: 0, result: 0), count: size)
  }

  /// Adds a pair; one that is there already keeps the later rank, as in the reference.
  mutating func set(_ left: Int32, _ right: Int32, rank: Int32, result: Int32) {
    if 2 * count >= entries.count { grow() }
    let slot = slot(Self.key(left, right))
    if entries[slot].pair == Self.empty { count += 1 }
    entries[slot] = Entry(pair: Self.key(left, right), rank: rank, result: result)
  }

  @inline(__always)
  func find(_ left: Int32, _ right: Int32) -> (rank: Int32, result: Int32)? {
    let entry = entries[slot(Self.key(left, right))]
    return entry.pair == Self.empty ? nil : (entry.rank, entry.result)
  }

  /// Every pair, the soonest first.
  var pairs: [(left: Int32, right: Int32)] {
    entries.filter { $0.pair != Self.empty }.sorted { $0.rank < $1.rank }.map {
      (Int32(truncatingIfNeeded: $0.pair >> 32), Int32(truncatingIfNeeded: $0.pair))
    }
  }

  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// Where a pair is, or where it would be put.
  @inline(__always)
  private func slot(_ pair: UInt64) -> Int {
    var slot = Int(truncatingIfNeeded: mixed(pair)) & (entries.count - 1)
    while entries[slot].pair != pair, entries[slot].pair != Self.empty { slot = (slot + 1) & (entries.count - 1) }
    return slot
  }

  private mutating func grow() {
    let old = entries
    entries = Array(repeating: Entry(pair: Self.empty, rank: 0, result: 0), count: 2 * old.count)
    for entry in old where entry.pair != Self.empty { entries[slot(entry.pair)] = entry }
  }
}
