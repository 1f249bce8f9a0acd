#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that appears complete or not at all: written under a temporary name, synced, renamed, directory synced.
///
/// A link keeps pointing where it points, and the file there is what is replaced. What is no regular file, such as
/// `/dev/stdout` or a pipe, is written through.
///
/// ```swift
/// try AtomicFile.write(to: "config.json") { file in try file.append(text.utf8) }
/// ```
public struct AtomicFile: ~Copyable {
  private let path: String
  /// What is renamed in the end, and to what; `nil` when it is written through.
  private let replacement: (temporary: String, target: String)?
  private let descriptor: Int32
  private var pending: [UInt8] = []
  /// Bytes gathered before they are handed to the system.
  private static let chunk = 1 << 20

  /// Writes `path`; if anything fails, what was there before stays and no temporary file is left.
  ///
  /// - Throws: ``FileError``: `cannot be written: No space left on device`.
  public static func write(to path: String, _ body: (inout AtomicFile) throws -> Void) throws {
    guard !Directory.exists(path) else { throw FileError(path, "cannot be written: \(systemMessage(EISDIR))") }
    var file = try AtomicFile(path)
    do {
      try body(&file)
      try file.commit()
    } catch {
      if let temporary = file.replacement?.temporary { unlink(temporary) }
      throw error
    }
  }

  public static func write(_ text: String, to path: String) throws {
    try write(to: path) { try $0.append(text.utf8) }
  }

  private init(_ path: String) throws {
    self.path = path
    if let target = Self.replaceable(path) {
      let temporary = "\(target).\(getpid())" + Directory.unfinishedSuffix
      replacement = (temporary, target)
      descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    } else {
      replacement = nil
      // Standard output by name may be a file that holds something already.
      descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    }
    guard descriptor >= 0 else { throw Self.failure(path) }
  }

  deinit { close(descriptor) }

  /// The regular file that a path leads to, or will once it is made; `nil` for anything else.
  private static func replaceable(_ path: String) -> String? {
    // Links below these stand for open files, which a new file beside them would not reach.
    guard !path.hasPrefix("/dev/"), !path.hasPrefix("/proc/") else { return nil }
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return path }
    guard status.st_mode & S_IFMT == S_IFLNK, let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    let target = String(cString: resolved)
    return target == path ? nil : replaceable(target)
  }

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
    guard let (temporary, target) = replacement else { return }
    guard fsync(descriptor) == 0, rename(temporary, target) == 0 else { throw Self.failure(path) }
    try syncDirectory(of: target)
  }
}
