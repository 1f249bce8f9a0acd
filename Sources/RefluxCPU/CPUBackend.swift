import COpenBLAS
import CRefluxKernels
import RefluxTensor

/// The fast CPU backend: OpenBLAS for matrix products, vector kernels for the rest, a worker pool, pooled buffers.
///
/// Work is cut into chunks by shape alone and every sum has a fixed order, so results are the same bits with any number
/// of threads. Several backends, with other thread counts, may live in one process.
public final class CPUBackend: Backend {
  public let name = "cpu"
  /// The row kernels in use.
  public let kernelSet: KernelSet
  /// Time spent in kernels; off until asked for.
  public let timing = KernelTiming()
  let workers: WorkerPool
  let buffers: BufferPool
  /// Constant functions; Swift cannot know that C's function pointers may be shared.
  nonisolated(unsafe) let kernels: reflux_kernels

  /// A backend on `threads` threads, the caller's included; by default on all processors.
  public convenience init(threads: Int = Processor.count, kernels: KernelSet? = nil) {
    self.init(threads: threads, kernels: kernels, poisonsBuffers: false)
  }

  /// `poisonsBuffers` fills new buffers with NaN, to show who reads before writing.
  init(threads: Int, kernels: KernelSet?, poisonsBuffers: Bool) {
    kernelSet = kernels ?? .preferred
    self.kernels = kernelSet.table
    workers = WorkerPool(threads: threads)
    buffers = BufferPool(poisons: poisonsBuffers)
    // Our own workers split the products: OpenBLAS's threads and ours would wait for each other.
    openblas_set_num_threads(1)
  }

  /// The number of threads, the caller's included.
  public var threads: Int { workers.threads }

  // MARK: - Memory

  /// From this size on zeros are worth pages of their own.
  private static let leastTable = 1 << 20

  public func allocate(_ byteCount: Int) -> Buffer {
    Buffer(address: buffers.allocate(byteCount), byteCount: byteCount, backend: self)
  }
  public func release(_ address: UnsafeMutableRawPointer, _ byteCount: Int) { buffers.release(address, byteCount) }
  public func allocateZeros(_ byteCount: Int) -> Buffer {
    guard byteCount >= Self.leastTable else {
      let bytes = allocate(byteCount)
      bytes.address.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
      return bytes
    }
    return Buffer(address: buffers.allocateZeros(byteCount), byteCount: byteCount, backend: self, isZeros: true)
  }
  public func releaseZeros(_ address: UnsafeMutableRawPointer, _ byteCount: Int, written: [Range<Int>]?) {
    buffers.releaseZeros(address, byteCount, written: written)
  }
  public func upload(_ bytes: UnsafeRawBufferPointer, to buffer: Buffer) {
    if let base = bytes.baseAddress { buffer.address.copyMemory(from: base, byteCount: bytes.count) }
  }
  public func download(_ buffer: Buffer, to bytes: UnsafeMutableRawBufferPointer) {
    if let base = bytes.baseAddress { base.copyMemory(from: buffer.address, byteCount: bytes.count) }
  }
  public func synchronize() {}

  /// What the buffer pool has taken and given.
  public var bufferStatistics: BufferStatistics { buffers.statistics }
  /// Gives memory that no buffer uses back to the system.
  public func trim() { buffers.trim() }
}
