#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A hold on a file that one holder has at a time; it ends with the object, or with the process however that ends.
///
/// Where the file system knows no locks, everybody gets one.
public final class FileLock {
  private let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }
  deinit { close(descriptor) }

  /// Takes hold of a file that is there; `nil` if somebody else has it, or has just put another in its place.
  ///
  /// - Throws: ``FileError`` when the file cannot be opened for writing.
  public static func take(_ path: String) throws -> FileLock? {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path, "cannot be written: \(systemMessage())") }
    let lock = FileLock(descriptor)
    return lock.isGranted && lock.isStill(at: path) ? lock : nil
  }

  /// Makes a file that must not be there yet, and takes hold of it; `nil` if it is there.
  ///
  /// - Throws: ``FileError``: `cannot be written: No space left on device`.
  public static func create(_ path: String, holding text: String) throws -> FileLock? {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      guard errno != EEXIST else { return nil }
      throw FileError(path, "cannot be written: \(systemMessage())")
    }
    let lock = FileLock(descriptor)
    do {
      guard lock.isGranted else { return nil }
      try Array(text.utf8).withUnsafeBytes { try writeAll($0, to: descriptor, path: path) }
      guard fsync(descriptor) == 0 else { throw FileError(path, "cannot be written: \(systemMessage())") }
      try syncDirectory(of: path)
    } catch {
      unlink(path)
      throw error
    }
    return lock
  }

  /// Takes hold of a file, made if it is not there, once it is free.
  ///
  /// `isWaiting` is told again and again meanwhile, and may throw to give up. With `flock`, as huggingface_hub locks, so
  /// that both wait for each other.
  ///
  /// - Throws: ``FileError`` when the file cannot be opened for writing.
  public static func wait(_ path: String, isWaiting: () throws -> Void) throws -> FileLock {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError(path, "cannot be opened: \(systemMessage())") }
    let lock = FileLock(descriptor)
    while !lock.isGranted {
      try isWaiting()
      usleep(100_000)
    }
    return lock
  }

  /// Whether somebody has hold of a file at the moment.
  public static func isHeld(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    return descriptor >= 0 && !FileLock(descriptor).isGranted
  }

  private var isGranted: Bool {
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EINTR else { return errno != EWOULDBLOCK }
    }
    return true
  }

  private func isStill(at path: String) -> Bool {
    var (held, named) = (stat(), stat())
    guard fstat(descriptor, &held) == 0, stat(path, &named) == 0 else { return false }
    return held.st_ino == named.st_ino && held.st_dev == named.st_dev
  }
}
