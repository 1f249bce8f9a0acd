#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A whole file in memory, read-only, paged in as it is looked at; unmapped with the last reference.
public final class MappedFile: @unchecked Sendable {
  public let path: String
  /// Valid as long as this object: keep it with `withExtendedLifetime` while they are read.
  public let bytes: UnsafeRawBufferPointer

  public init(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path, "cannot be opened: \(systemMessage())") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(path, "cannot be read: \(systemMessage())") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(path, "is not a file") }
    self.path = path
    guard status.st_size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let size = Int(status.st_size)
    guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
      throw FileError(path, "cannot be read: \(systemMessage())")
    }
    bytes = UnsafeRawBufferPointer(start: address, count: size)
  }

  /// Lets `body` read the bytes.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(self) { try body(bytes) }
  }

  /// A copy of a whole file.
  public static func contents(of path: String) throws -> [UInt8] { try MappedFile(path).withBytes { Array($0) } }

  deinit { if let base = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: base), bytes.count) } }
}
