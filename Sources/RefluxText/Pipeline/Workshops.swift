import Synchronization

/// What one thread needs for its work, and keeps for the next text.
final class Workshop {
  var cache = WordCache()
  var workspace = ModelWorkspace()
  private var splitter: WordSplitter?

  func splitWords(
    _ text: UnsafeBufferPointer<UInt8>, _ template: WordSplitter, _ emit: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    // Taken out for the time, so that its buffers are its own.
    var splitter = self.splitter ?? template
    self.splitter = nil
    splitter.split(text, emit)
    self.splitter = splitter
  }
}

/// Lends every caller a workshop of its own; there are never more than calls at one time.
final class Workshops: Sendable {
  /// A workshop is in one place at a time: here or with one caller.
  private struct Idle: @unchecked Sendable { var workshops: [Workshop] = [] }
  private let idle = Mutex(Idle())

  func withOne<Result>(_ body: (Workshop) -> Result) -> Result {
    let workshop = idle.withLock { $0.workshops.popLast() } ?? Workshop()
    defer { idle.withLock { $0.workshops.append(workshop) } }
    return body(workshop)
  }
}
