import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Keeps the memory of freed buffers and hands it out again, so that a training step in its stride asks the system for
/// nothing: fresh pages cost more than most kernels.
///
/// Small and large buffers live in separate arenas, so that a small buffer that lives long never splits the room of
/// large ones. Neighbouring free blocks join, so batches of other lengths find room in what the longest batch needed.
/// Tables that stay zero but for a few rows are kept apart from both (``ZeroBlocks``).
final class BufferPool: Sendable {
  private let state: Mutex<State>
  private let poisons: Bool

  private struct State {
    var small = Arena(segmentSize: 4 << 20)
    // Addresses alone, not memory: with all in one segment, what was never used is the largest block and so used last.
    var large = Arena(segmentSize: 64 << 30)
    var zeros = ZeroBlocks()
    var inUse = 0
    var peak = 0

    mutating func note(_ size: Int) {
      inUse += size
      peak = max(peak, inUse)
    }
  }

  /// Buffers up to this size are small.
  private static let smallLimit = 64 << 10

  /// `poisons` fills fresh buffers with NaN, to show who reads before writing.
  init(poisons: Bool = false) {
    state = Mutex(State())
    self.poisons = poisons
  }

  deinit {
    state.withLock {
      $0.small.unmapAll()
      $0.large.unmapAll()
      $0.zeros.trim()
    }
  }

  /// At least `byteCount` bytes, aligned to 64; their contents are undefined.
  func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let size = Arena.blockSize(byteCount)
    let address = state.withLock { state in
      state.note(size)
      return byteCount <= Self.smallLimit ? state.small.allocate(size) : state.large.allocate(size)
    }
    let pointer = pointer(address, byteCount)
    if poisons { memset(pointer, 0xff, byteCount) }
    return pointer
  }

  private func pointer(_ address: UInt?, _ byteCount: Int) -> UnsafeMutableRawPointer {
    guard let address, let pointer = UnsafeMutableRawPointer(bitPattern: address) else { outOfMemory(byteCount) }
    return pointer
  }

  func release(_ pointer: UnsafeMutableRawPointer, _ byteCount: Int) {
    let address = UInt(bitPattern: pointer)
    state.withLock { state in
      state.inUse -= Arena.blockSize(byteCount)
      if byteCount <= Self.smallLimit { state.small.release(address) } else { state.large.release(address) }
    }
  }

  /// At least `byteCount` bytes, all zero, of which few will be written.
  func allocateZeros(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let size = ZeroBlocks.blockSize(byteCount)
    return pointer(
      state.withLock { state in
        state.note(size)
        return state.zeros.allocate(size)
      }, byteCount)
  }

  /// Takes back what ``allocateZeros(_:)`` gave; `written` are the bytes outside which it is still zero, if known.
  func releaseZeros(_ pointer: UnsafeMutableRawPointer, _ byteCount: Int, written: [Range<Int>]?) {
    let size = ZeroBlocks.blockSize(byteCount)
    ZeroBlocks.clear(pointer, size, written: written)
    state.withLock {
      $0.inUse -= size
      $0.zeros.release(UInt(bitPattern: pointer), size)
    }
  }

  /// Gives free memory back to the system.
  func trim() {
    state.withLock {
      $0.small.trim()
      $0.large.trim()
      $0.zeros.trim()
    }
  }

  var statistics: BufferStatistics {
    state.withLock {
      BufferStatistics(
        systemAllocations: $0.small.systemAllocations + $0.large.systemAllocations + $0.zeros.systemAllocations,
        bytesFromSystem: $0.small.bytesTouched + $0.large.bytesTouched, bytesInUse: $0.inUse, peakBytesInUse: $0.peak)
    }
  }
}

/// What the buffer pool has taken and given.
public struct BufferStatistics: Sendable, Equatable {
  /// How often a buffer needed memory that no buffer had used before; stands still once training is in its stride.
  public let systemAllocations: Int
  /// Memory taken from the system and not given back; without tables that are zero but for a few rows.
  public let bytesFromSystem: Int
  /// Memory of living buffers, rounding and headers included; of such a table, what it would take if it were full.
  public let bytesInUse: Int
  public let peakBytesInUse: Int
}

/// Ends the program with one line: nothing can be saved without memory, and what was saved before is whole.
private func outOfMemory(_ byteCount: Int) -> Never {
  let line = "error: out of memory: the system refuses \(byteCount >> 20) MiB more\n"
  line.utf8CString.withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count - 1) }
  _exit(1)
}
