#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Blocks of zeros of which few bytes will be written: gradients and moments of large tables.
///
/// Each is a mapping of its own, in ordinary pages: what nobody writes to takes neither memory nor the time to clear it.
/// Addresses are plain numbers. The caller does the locking.
struct ZeroBlocks {
  private static let pageSize = 4096

  /// Blocks that nobody uses, all zero, by size.
  private var free: [Int: [UInt]] = [:]
  /// How often a block was mapped.
  private(set) var systemAllocations = 0

  /// The size of the block that holds `byteCount` bytes.
  static func blockSize(_ byteCount: Int) -> Int { (max(byteCount, 1) + pageSize - 1) / pageSize * pageSize }

  /// A block of `size` bytes, all zero, or `nil` if the system has no more.
  mutating func allocate(_ size: Int) -> UInt? {
    if let block = free[size]?.popLast() { return block }
    let mapped = mmap(
      nil, size, PROT_READ | PROT_WRITE, Int32(MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE), -1, 0)
    guard let mapped, mapped != MAP_FAILED else { return nil }
    systemAllocations += 1
    return UInt(bitPattern: mapped)
  }

  /// Takes back a block that ``clear(_:_:written:)`` has made zero again.
  mutating func release(_ block: UInt, _ size: Int) { free[size, default: []].append(block) }

  /// Makes a block zero again: the parts that were written, if they are known, or else by giving its pages back.
  static func clear(_ block: UnsafeMutableRawPointer, _ size: Int, written: [Range<Int>]?) {
    if let written {
      for part in written { memset(block + part.lowerBound, 0, part.count) }
    } else {
      #if os(Linux)
        madvise(block, size, MADV_DONTNEED)
      #else
        memset(block, 0, size)
      #endif
    }
  }

  /// Returns the blocks that nobody uses to the system.
  mutating func trim() {
    for (size, blocks) in free { for block in blocks { munmap(UnsafeMutableRawPointer(bitPattern: block), size) } }
    free = [:]
  }
}
