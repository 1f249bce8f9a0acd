import RefluxTensor
import Testing

@testable import RefluxCPU

@Suite("The buffer pool")
struct BufferPoolTests {
  @Test("hands freed memory out again, for batches of other lengths too")
  func reuse() {
    let pool = BufferPool()
    func step(_ tokens: Int) {
      var kept: [(UnsafeMutableRawPointer, Int)] = []
      for layer in 0..<12 {
        let sizes = [768, 3072, 2304].map { $0 * tokens * 4 / 64 }
        let scratch = pool.allocate(sizes[2])
        for size in sizes { kept.append((pool.allocate(size), size)) }
        kept.append((pool.allocate(64 + layer), 64 + layer))
        pool.release(scratch, sizes[2])
      }
      for (address, size) in kept.reversed() { pool.release(address, size) }
    }
    step(1000)
    step(1000)
    let before = pool.statistics
    for tokens in [1000, 700, 933, 12, 999, 501] { step(tokens) }
    #expect(pool.statistics.systemAllocations == before.systemAllocations)
    #expect(pool.statistics.bytesFromSystem == before.bytesFromSystem)
    #expect(pool.statistics.bytesInUse == 0)
    #expect(pool.statistics.peakBytesInUse == before.peakBytesInUse)
    // Each arena takes at least 4 MiB at a time.
    #expect(before.bytesFromSystem < before.peakBytesInUse * 6 / 5 + (8 << 20))
  }

  @Test("never hands out the same byte twice, aligned to 64")
  func distinct() {
    let pool = BufferPool()
    var source = RandomSource(seed: 3)
    var living: [(UnsafeMutableRawPointer, Int, UInt8)] = []
    for round in 0..<4000 {
      if living.count > 60 || (!living.isEmpty && source.next() % 3 == 0) {
        let (address, size, mark) = living.remove(at: Int(source.next() % UInt64(living.count)))
        let bytes = address.assumingMemoryBound(to: UInt8.self)
        #expect(bytes[0] == mark && bytes[size / 2] == mark && bytes[size - 1] == mark)
        pool.release(address, size)
      } else {
        let size = 1 + Int(source.next() % (source.next() % 2 == 0 ? 5000 : 400_000))
        let address = pool.allocate(size)
        #expect(UInt(bitPattern: address) % 64 == 0)
        let mark = UInt8(truncatingIfNeeded: round)
        let bytes = address.assumingMemoryBound(to: UInt8.self)
        for place in [0, size / 2, size - 1] { bytes[place] = mark }
        living.append((address, size, mark))
      }
      if round % 1000 == 999 { pool.trim() }
    }
    for (address, size, _) in living { pool.release(address, size) }
    #expect(pool.statistics.bytesInUse == 0)
  }

  @Test("hands out zeros, again after some were written")
  func zeros() {
    let pool = BufferPool(poisons: true)
    let size = 1 << 30
    let places = [0, size / 3, size - 1]
    for written in [places.map { $0..<$0 + 1 }, nil, []] {
      let table = pool.allocateZeros(size)
      let bytes = table.assumingMemoryBound(to: UInt8.self)
      #expect(places.allSatisfy { bytes[$0] == 0 })
      if written != [] { for place in places { bytes[place] = 7 } }
      pool.releaseZeros(table, size, written: written)
    }
    #expect(pool.statistics.systemAllocations == 1)
    #expect(pool.statistics.bytesInUse == 0)
  }

  @Test("clears the rows of a large table's gradient, and them alone")
  func gradientOfALargeTable() {
    let backend = CPUBackend(threads: 1)
    let table = Tensor.zeros([1 << 16, 8], on: backend)
    func gradient(_ ids: [Int32]) -> Tensor? {
      let leaf = table.asLeaf()
      return gradients(of: leaf.rows(Tensor(ids: ids, on: backend)).sum(), at: [leaf])[0]
    }
    for ids in [[5, 60_000, 5], [6, 7], [5]] as [[Int32]] {
      var once = gradient(ids)
      #expect(once?.sum([1]).floats.enumerated().filter { $1 != 0 }.map { Int32($0.offset) } == Set(ids).sorted())
      // Written to in place, by something that does not say where.
      once?.multiply(by: 2)
      #expect(once?.sum().item == Float(16 * ids.count))
      once = nil
      #expect(gradient([9])?.sum().item == 8)
    }
  }

  @Test("gives memory back when asked")
  func trim() {
    let pool = BufferPool()
    let size = 40 << 20
    let address = pool.allocate(size)
    address.assumingMemoryBound(to: UInt8.self)[size - 1] = 1
    pool.release(address, size)
    #expect(pool.statistics.bytesFromSystem >= size)
    pool.trim()
    #expect(pool.statistics.bytesFromSystem < 1 << 20)
    let again = pool.allocate(size)
    #expect(again.assumingMemoryBound(to: UInt8.self)[size - 1] == 0)
    pool.release(again, size)
  }

  @Test("serves threads at the same time")
  func threads() async {
    let pool = BufferPool()
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<4 {
        group.addTask {
          for round in 0..<500 {
            let size = 1000 + 977 * ((round * 31 + task) % 200)
            let address = pool.allocate(size)
            let bytes = address.assumingMemoryBound(to: UInt8.self)
            bytes[0] = UInt8(task)
            bytes[size - 1] = UInt8(task)
            precondition(bytes[0] == UInt8(task) && bytes[size - 1] == UInt8(task))
            pool.release(address, size)
          }
        }
      }
    }
    #expect(pool.statistics.bytesInUse == 0)
  }
}
