#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Numbers by text: one flat hash table over UTF-8 bytes, read without allocating anything.
struct ByteTable: Sendable {
  private struct Entry: Sendable { var hash: UInt32, start: UInt32, count: UInt32, value: Int32 }
  private var entries: [Entry] = []
  /// The texts, one after the other.
  private var bytes: [UInt8] = []
  /// Positions in `entries` plus one, 0 where there is none; a power of two of them.
  private var slots: [UInt32]

  init(capacity: Int = 16) {
    var size = 16
    while size < 2 * capacity { size *= 2 }
    slots = [UInt32](repeating: 0, count: size)
    entries.reserveCapacity(capacity)
  }

  /// Gives a text a number; an earlier one is replaced.
  mutating func set(_ key: UnsafeBufferPointer<UInt8>, _ value: Int32) {
    let hash = hashOfBytes(key)
    if let index = index(key, hash) {
      entries[index].value = value
      return
    }
    if 2 * entries.count >= slots.count { grow() }
    entries.append(Entry(hash: hash, start: UInt32(bytes.count), count: UInt32(key.count), value: value))
    bytes.append(contentsOf: key)
    place(entries.count - 1)
  }

  mutating func set(_ key: some Sequence<UInt8>, _ value: Int32) {
    Array(key).withUnsafeBufferPointer { set($0, value) }
  }

  func value(_ key: UnsafeBufferPointer<UInt8>) -> Int32? {
    index(key, hashOfBytes(key)).map { entries[$0].value }
  }

  func value(_ text: String) -> Int32? {
    var text = text
    return text.withUTF8 { value($0) }
  }

  private func index(_ key: UnsafeBufferPointer<UInt8>, _ hash: UInt32) -> Int? {
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      let entry = entries[index]
      if entry.hash == hash, Int(entry.count) == key.count, equals(entry, key) { return index }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private func equals(_ entry: Entry, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = key.baseAddress, !key.isEmpty else { return true }
    return bytes.withUnsafeBufferPointer { all in
      all.baseAddress.map { memcmp($0 + Int(entry.start), base, key.count) == 0 } ?? false
    }
  }

  private mutating func place(_ index: Int) {
    var slot = Int(entries[index].hash) & (slots.count - 1)
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = UInt32(index + 1)
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: 2 * slots.count)
    for index in entries.indices { place(index) }
  }
}
