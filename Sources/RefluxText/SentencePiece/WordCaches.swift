import Synchronization

/// Lends every caller a cache of words of its own.
final class WordCaches: Sendable {
  private let idle = Mutex<[WordCache]>([])

  func withCache(_ body: (inout WordCache) -> Void) {
    var cache = idle.withLock { $0.popLast() } ?? WordCache()
    body(&cache)
    idle.withLock { $0.append(cache) }
  }
}
