import RefluxCPU
import RefluxCore
import RefluxTesting
import Testing

@testable import RefluxTrain

@Suite struct MemoryTests {
  /// Reads the pool's counters after every step.
  private final class Counter: Observer {
    let backend: CPUBackend
    private(set) var counts: [BufferStatistics] = []
    init(_ backend: CPUBackend) { self.backend = backend }

    func observe(_ event: RunEvent) -> Verdict {
      if case .step = event { counts.append(backend.bufferStatistics) }
      return .carryOn
    }
  }

  /// Rows of one length, so that every step needs the same buffers.
  @Test(arguments: [("finetune", 1), ("finetune", 2), ("dynsdpb", 1)], [1, 2])
  func afterTheSecondStepNothingIsTakenFromTheSystem(_ method: (name: String, accumulation: Int), threads: Int) throws {
    let run = TinyRun(
      method: method.name,
      overrides: [
        "task.length=8", "task.examples=64", "train.sampler.batch_size=8", "train.accumulation=\(method.accumulation)",
        "train.evaluate_epochs=false",
      ])
    let counter = Counter(CPUBackend(threads: threads))
    try withTemporaryDirectory { directory in
      _ = try run(in: "\(directory)/run", observers: [counter], backend: counter.backend)
    }
    let settled = counter.counts.dropFirst(1)
    #expect(settled.count > 5)
    #expect(Set(settled.map(\.systemAllocations)).count == 1)
    #expect(Set(settled.map(\.peakBytesInUse)).count == 1)
  }
}
