import Foundation
import RefluxIO

/// One program at a time: `flock`, as huggingface_hub locks, so that both wait for each other.
final class FileLock: Sendable {
  private let descriptor: Int32

  /// Waits until the lock is free; `isWaiting` is told again and again meanwhile, and may throw to give up.
  ///
  /// A file system without locks is used without.
  init(_ path: String, isWaiting: () throws -> Void) throws {
    try Directory.create((path as NSString).deletingLastPathComponent)
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError(path, "cannot be opened: \(String(cString: strerror(errno)))") }
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else { break }
      try isWaiting()
      usleep(100_000)
    }
  }

  deinit { close(descriptor) }
}
