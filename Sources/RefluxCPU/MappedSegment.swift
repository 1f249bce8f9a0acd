#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A stretch of the system's memory, whose pages come when they are first used and can be given back.
///
/// Addresses are plain numbers.
struct MappedSegment {
  let start: UInt
  let size: Int
  /// Everything from here on has never been handed out, or was given back.
  private var untouched: UInt

  var end: UInt { start + UInt(size) }
  var bytesTouched: Int { Int(untouched - start) }

  private static let pageSize: UInt = 4096
  private static let hugePageSize = 2 << 20
  /// `MADV_POPULATE_WRITE`; an older kernel refuses it, and the pages come when they are first written.
  private static let populateWrite: Int32 = 23

  /// As large as is wanted, or smaller if the system will not have it, but with room for `least` bytes; `nil` if there
  /// is none.
  init?(_ wanted: Int, atLeast least: Int) {
    let least = (least + Self.hugePageSize - 1) / Self.hugePageSize * Self.hugePageSize
    for size in [wanted, wanted / 64, 0].map({ max($0, least) }) {
      // Pages not touched cost nothing; a system that counts them all the same may still grant the smaller size.
      let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
      let mapped = mmap(nil, size, PROT_READ | PROT_WRITE, Int32(flags), -1, 0)
      guard let mapped, mapped != MAP_FAILED else { continue }
      #if os(Linux)
        madvise(mapped, size, MADV_HUGEPAGE)
      #endif
      (start, self.size, untouched) = (UInt(bitPattern: mapped), size, UInt(bitPattern: mapped))
      return
    }
    return nil
  }

  /// Takes everything before `end` into use; returns whether any of it is new.
  ///
  /// A sixteenth more than needed, at least 4 MiB, is taken and touched at once: where blocks come to lie changes a
  /// little from step to step, and must not send a later step to the system.
  mutating func touch(upTo end: UInt) -> Bool {
    guard end > untouched else { return false }
    let wanted = end + max((end - start) / 16, 4 << 20)
    untouched = min(Self.roundedUp(wanted), self.end)
    #if os(Linux)
      let slack = Self.roundedUp(end)
      if untouched > slack {
        madvise(UnsafeMutableRawPointer(bitPattern: slack), Int(untouched - slack), Self.populateWrite)
      }
    #endif
    return true
  }

  /// Returns the whole pages between two addresses to the system; `isLast` if nothing is in use behind them.
  mutating func giveBack(from first: UInt, to last: UInt, isLast: Bool) {
    let (first, last) = (Self.roundedUp(first), last & ~(Self.pageSize - 1))
    if last > first { madvise(UnsafeMutableRawPointer(bitPattern: first), Int(last - first), MADV_DONTNEED) }
    if isLast { untouched = min(untouched, max(first, start)) }
  }

  func unmap() { munmap(UnsafeMutableRawPointer(bitPattern: start), size) }

  private static func roundedUp(_ address: UInt) -> UInt { (address + pageSize - 1) & ~(pageSize - 1) }
}
