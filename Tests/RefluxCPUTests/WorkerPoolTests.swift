import CRefluxKernels
import Foundation
import RefluxTesting
import Synchronization
import Testing

@testable import RefluxCPU

@Suite("The worker pool")
struct WorkerPoolTests {
  @Test("runs every chunk once, however many there are, again and again", arguments: [1, 2, 3, 8])
  func everyChunkOnce(threads: Int) {
    let pool = WorkerPool(threads: threads)
    let counts = (0..<200).map { _ in Counter() }
    for round in 0..<2000 {
      let chunks = round % 200
      pool.run(chunks: chunks) { chunk, worker in
        precondition(worker >= 0 && worker < threads)
        counts[chunk].value.add(1, ordering: .relaxed)
      }
    }
    // Chunk c runs in the rounds of more than c chunks: 10 each of c + 1, …, 199.
    for chunk in 0..<200 { #expect(counts[chunk].value.load(ordering: .relaxed) == 10 * (199 - chunk)) }
  }

  #if os(Linux)
    @Test("respects what a control group grants")
    func quota() throws {
      func granted(_ files: [String: String]) throws -> Int32 {
        try withTemporaryDirectory { directory in
          try FileManager.default.createDirectory(atPath: "\(directory)/cpu", withIntermediateDirectories: true)
          for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name)")) }
          return reflux_processor_quota(directory)
        }
      }
      let period = ["cpu/cpu.cfs_period_us": "100000\n"]
      #expect(try granted(["cpu.max": "150000 100000\n"]) == 2)
      #expect(try granted(["cpu.max": "20000 100000\n"]) == 1)
      #expect(try granted(["cpu.max": "max 100000\n"]) == .max)
      #expect(try granted(period.merging(["cpu/cpu.cfs_quota_us": "300000\n"]) { $1 }) == 3)
      #expect(try granted(period.merging(["cpu/cpu.cfs_quota_us": "-1\n"]) { $1 }) == .max)
      #expect(try granted([:]) == .max)
    }
  #endif

  @Test("makes what the chunks wrote visible to the caller")
  func visibility() {
    let pool = WorkerPool(threads: 4)
    var values = [Int](repeating: 0, count: 64)
    for round in 1...3000 {
      values.withUnsafeMutableBufferPointer { values in
        let base = values.baseAddress
        pool.run(chunks: 64) { chunk, _ in base?[chunk] += 1 }
      }
      if values.contains(where: { $0 != round }) {
        Issue.record("after round \(round): \(values)")
        return
      }
    }
  }

  @Test("takes callers in turn")
  func callers() async {
    let pool = WorkerPool(threads: 3)
    let total = Counter()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<300 { pool.run(chunks: 7) { _, _ in total.value.add(1, ordering: .relaxed) } }
        }
      }
    }
    #expect(total.value.load(ordering: .relaxed) == 8 * 300 * 7)
  }

  @Test("splits a range into pieces of the grain, whatever the number of threads")
  func split() {
    for threads in [1, 4] {
      let pieces = Mutex<[Range<Int>]>([])
      WorkerPool(threads: threads).split(10, grain: 4) { range in pieces.withLock { $0.append(range) } }
      #expect(pieces.withLock { $0.sorted { $0.lowerBound < $1.lowerBound } } == [0..<4, 4..<8, 8..<10])
    }
  }

  final class Counter: Sendable { let value = Atomic<Int>(0) }
}
