import CRefluxKernels

/// A parallel loop over chunks; the chunks never depend on how many threads there are.
final class WorkerPool: @unchecked Sendable {
  /// The caller's thread included.
  let threads: Int
  private let pool: OpaquePointer

  init(threads: Int) {
    self.threads = max(1, min(threads, 1024))
    guard let pool = reflux_worker_pool_create(Int32(self.threads)) else {
      preconditionFailure("the system gives this process no \(self.threads) threads")
    }
    self.pool = pool
  }

  deinit { reflux_worker_pool_destroy(pool) }

  /// Calls `body` once for every chunk below `chunks`, on any thread, and returns when all are done.
  func run(chunks: Int, _ body: (_ chunk: Int, _ worker: Int) -> Void) {
    if chunks <= 0 { return }
    withoutActuallyEscaping(body) { body in
      var body = body
      withUnsafeMutablePointer(to: &body) { pointer in
        reflux_worker_pool_run(
          pool,
          { context, chunk, worker in
            context?.assumingMemoryBound(to: ((Int, Int) -> Void).self).pointee(Int(chunk), Int(worker))
          }, pointer, Int32(chunks))
      }
    }
  }

  /// Splits `count` items into chunks of `grain` and calls `body` with each range.
  func split(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    guard count > 0 else { return }
    let grain = max(grain, 1)
    let chunks = (count + grain - 1) / grain
    if chunks == 1 { return body(0..<count) }
    run(chunks: chunks) { chunk, _ in body(chunk * grain..<min((chunk + 1) * grain, count)) }
  }

  /// Splits rows of `columns` elements into chunks of about `elements` elements.
  func splitRows(_ rows: Int, _ columns: Int, elements: Int = 1 << 15, _ body: (Range<Int>) -> Void) {
    split(rows, grain: elements / max(columns, 1), body)
  }
}
