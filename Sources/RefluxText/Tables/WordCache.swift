#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The ids of words that have been seen: one flat table of bounded size, emptied when it is full.
struct WordCache {
  private struct Entry { var hash: UInt32, start: UInt32, count: UInt16, idCount: UInt16, idStart: UInt32 }
  /// Longer words are rare, and not worth the room.
  static let longestWord = 64
  private static let mostEntries = 1 << 15

  private var entries: [Entry] = []
  private var bytes: [UInt8] = []
  private var ids: [Int32] = []
  /// Positions in `entries` plus one; 0 where there is none.
  private var slots = [UInt32](repeating: 0, count: 1 << 12)

  /// Appends the ids of a word; if it is new, those that `compute` appends.
  @inline(__always)
  mutating func append(
    _ word: UnsafeBufferPointer<UInt8>, to out: inout [Int32], compute: (inout [Int32]) -> Void
  ) {
    guard word.count <= Self.longestWord else { return compute(&out) }
    let hash = hashOfBytes(word)
    if let entry = entry(word, hash) {
      if entry.idCount == 1 {
        out.append(ids[Int(entry.idStart)])
      } else {
        out.append(contentsOf: ids[Int(entry.idStart)..<Int(entry.idStart) + Int(entry.idCount)])
      }
      return
    }
    let start = out.count
    compute(&out)
    insert(word, hash, out[start...])
  }

  @inline(__always)
  private func entry(_ word: UnsafeBufferPointer<UInt8>, _ hash: UInt32) -> Entry? {
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let entry = entries[Int(slots[slot]) - 1]
      if entry.hash == hash, Int(entry.count) == word.count, equals(entry, word) { return entry }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  @inline(__always)
  private func equals(_ entry: Entry, _ word: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = word.baseAddress, !word.isEmpty else { return true }
    return bytes.withUnsafeBufferPointer { all in
      all.baseAddress.map { memcmp($0 + Int(entry.start), base, word.count) == 0 } ?? false
    }
  }

  private mutating func insert(_ word: UnsafeBufferPointer<UInt8>, _ hash: UInt32, _ found: ArraySlice<Int32>) {
    if entries.count >= Self.mostEntries { removeAll() }
    if 2 * entries.count >= slots.count { grow() }
    entries.append(
      Entry(
        hash: hash, start: UInt32(bytes.count), count: UInt16(word.count), idCount: UInt16(found.count),
        idStart: UInt32(ids.count)))
    bytes.append(contentsOf: word)
    ids.append(contentsOf: found)
    place(entries.count - 1)
  }

  private mutating func removeAll() {
    entries.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
    ids.removeAll(keepingCapacity: true)
    for slot in slots.indices { slots[slot] = 0 }
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: 2 * slots.count)
    for index in entries.indices { place(index) }
  }

  private mutating func place(_ index: Int) {
    var slot = Int(entries[index].hash) & (slots.count - 1)
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = UInt32(index + 1)
  }
}
