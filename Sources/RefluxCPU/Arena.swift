/// Memory in large mapped segments, cut into blocks: the best fit is split, and free neighbours join.
///
/// Addresses are plain numbers. A block begins with its header; free blocks are chained in bins by size, eight bins to
/// a doubling. The caller does the locking.
struct Arena {
  private struct Header {
    /// In bytes, the header included.
    var size: Int
    /// The block before this one in its segment, or 0.
    var previous: UInt
    /// The segment's number.
    var segment: Int
    var isFree: Bool
    var nextFree: UInt
    var previousFree: UInt
  }

  private static let headerSize = 64

  private let segmentSize: Int
  private var segments: [MappedSegment] = []
  private var bins = [UInt](repeating: 0, count: 64 * 8)
  /// How often a block reached into memory that had never been handed out.
  private(set) var systemAllocations = 0

  init(segmentSize: Int) { self.segmentSize = segmentSize }

  /// Memory that has been taken from the system and not given back.
  var bytesTouched: Int { segments.reduce(0) { $0 + $1.bytesTouched } }

  /// The size of the block that holds `byteCount` bytes.
  static func blockSize(_ byteCount: Int) -> Int { (max(byteCount, 1) + headerSize + 63) & ~63 }

  /// The address of a new block's bytes, or `nil` if the system has no more.
  mutating func allocate(_ size: Int) -> UInt? {
    guard let block = bestFit(size) ?? addSegment(size) else { return nil }
    unchain(block)
    let rest = header(block).pointee.size - size
    // A sliver would only lengthen the search; it stays with the block.
    if rest >= max(4 * Self.headerSize, size / 64) {
      let second = block + UInt(size)
      let segment = header(block).pointee.segment
      header(block).pointee.size = size
      header(second).initialize(
        to: Header(size: rest, previous: block, segment: segment, isFree: true, nextFree: 0, previousFree: 0))
      if let next = following(second) { header(next).pointee.previous = second }
      chain(second)
    }
    header(block).pointee.isFree = false
    noteTouched(block)
    return block + UInt(Self.headerSize)
  }

  /// Takes back what ``allocate(_:)`` gave.
  mutating func release(_ address: UInt) {
    var block = address - UInt(Self.headerSize)
    header(block).pointee.isFree = true
    if let next = following(block), header(next).pointee.isFree {
      unchain(next)
      join(block, next)
    }
    let previous = header(block).pointee.previous
    if previous != 0, header(previous).pointee.isFree {
      unchain(previous)
      join(previous, block)
      block = previous
    }
    chain(block)
  }

  /// Returns the pages of free blocks to the system.
  mutating func trim() {
    for first in bins {
      var block = first
      while block != 0 {
        let (start, end) = (block + UInt(Self.headerSize), block + UInt(header(block).pointee.size))
        segments[header(block).pointee.segment].giveBack(from: start, to: end, isLast: following(block) == nil)
        block = header(block).pointee.nextFree
      }
    }
  }

  /// Returns everything to the system, whether it is in use or not.
  mutating func unmapAll() {
    for segment in segments { segment.unmap() }
    segments = []
    bins = bins.map { _ in 0 }
  }

  // MARK: - Blocks

  private func header(_ block: UInt) -> UnsafeMutablePointer<Header> {
    guard let pointer = UnsafeMutablePointer<Header>(bitPattern: block) else {
      preconditionFailure("a block of the buffer pool has no address")
    }
    return pointer
  }

  private func following(_ block: UInt) -> UInt? {
    let next = block + UInt(header(block).pointee.size)
    return next < segments[header(block).pointee.segment].end ? next : nil
  }

  private func join(_ block: UInt, _ next: UInt) {
    header(block).pointee.size += header(next).pointee.size
    if let after = following(block) { header(after).pointee.previous = block }
  }

  /// Takes more of the segment into use if the block reaches beyond what has been used so far.
  private mutating func noteTouched(_ block: UInt) {
    let (number, end) = (header(block).pointee.segment, block + UInt(header(block).pointee.size))
    if segments[number].touch(upTo: end) { systemAllocations += 1 }
  }

  /// Maps a segment with room for `size` bytes: one free block.
  private mutating func addSegment(_ size: Int) -> UInt? {
    guard let segment = MappedSegment(segmentSize, atLeast: size) else { return nil }
    segments.append(segment)
    header(segment.start).initialize(
      to: Header(
        size: segment.size, previous: 0, segment: segments.count - 1, isFree: true, nextFree: 0, previousFree: 0))
    chain(segment.start)
    return segment.start
  }

  // MARK: - Bins

  private func bin(_ size: Int) -> Int {
    let octave = Int.bitWidth - 1 - size.leadingZeroBitCount
    return octave * 8 + (size >> (octave - 3) & 7)
  }

  /// The smallest free block of at least `size` bytes; of several, the one at the lowest address.
  private func bestFit(_ size: Int) -> UInt? {
    for index in bin(size)..<bins.count {
      var (block, best, bestSize) = (bins[index], UInt.max, Int.max)
      while block != 0 {
        let candidate = header(block).pointee.size
        if candidate >= size && (candidate, block) < (bestSize, best) { (best, bestSize) = (block, candidate) }
        block = header(block).pointee.nextFree
      }
      if best != UInt.max { return best }
    }
    return nil
  }

  private mutating func chain(_ block: UInt) {
    let index = bin(header(block).pointee.size)
    header(block).pointee.nextFree = bins[index]
    header(block).pointee.previousFree = 0
    if bins[index] != 0 { header(bins[index]).pointee.previousFree = block }
    bins[index] = block
  }

  private mutating func unchain(_ block: UInt) {
    let (next, previous) = (header(block).pointee.nextFree, header(block).pointee.previousFree)
    if next != 0 { header(next).pointee.previousFree = previous }
    if previous != 0 {
      header(previous).pointee.nextFree = next
    } else {
      bins[bin(header(block).pointee.size)] = next
    }
  }
}
