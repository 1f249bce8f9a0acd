#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that appears complete or not at all: written under a temporary name, synced, renamed, directory synced.
///
/// ```swift
/// try AtomicFile.write(to: "config.json") { file in try file.append(text.utf8) }
/// ```
public struct AtomicFile: ~Copyable {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private var pending: [UInt8] = []
  /// Bytes gathered before they are handed to the system.
  private static let chunk = 1 << 20

  /// Writes `path`; if anything fails, what was there before stays and no temporary file is left.
  ///
  /// - Throws: ``FileError``: `cannot be written: No space left on device`.
  public static func write(to path: String, _ body: (inout AtomicFile) throws -> Void) throws {
    var file = try AtomicFile(path)
    do {
      try body(&file)
      try file.commit()
    } catch {
      unlink(file.temporary)
      throw error
    }
  }

  public static func write(_ text: String, to path: String) throws {
    try write(to: path) { try $0.append(text.utf8) }
  }

  private init(_ path: String) throws {
    (self.path, temporary) = (path, "\(path).\(getpid()).tmp")
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure(path) }
  }

  deinit { close(descriptor) }

  private static func failure(_ path: String) -> FileError { FileError(path, "cannot be written: \(systemMessage())") }

  public mutating func append(_ bytes: some Sequence<UInt8>) throws {
    pending.append(contentsOf: bytes)
    if pending.count >= Self.chunk { try flush() }
  }

  public mutating func append(_ bytes: UnsafeRawBufferPointer) throws {
    guard bytes.count >= Self.chunk else { return try append(Array(bytes)) }
    try flush()
    try writeAll(bytes, to: descriptor, path: path)
  }

  private mutating func flush() throws {
    try pending.withUnsafeBytes { try writeAll($0, to: descriptor, path: path) }
    pending.removeAll(keepingCapacity: true)
  }

  private mutating func commit() throws {
    try flush()
    guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw Self.failure(path) }
    try syncDirectory(of: path)
  }
}
