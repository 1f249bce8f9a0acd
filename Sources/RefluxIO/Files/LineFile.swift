#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that grows line by line.
public enum LineFile {
  /// Cuts a file back; one that is not there is made, empty.
  ///
  /// - Throws: ``FileError`` when it is shorter than that: lines are missing.
  public static func truncate(_ path: String, to bytes: Int) throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError(path, "cannot be written: \(systemMessage())") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(path, "cannot be read: \(systemMessage())") }
    guard Int(status.st_size) >= bytes else {
      throw FileError(path, "has \(status.st_size) bytes, but \(bytes) had been written: lines are missing")
    }
    guard ftruncate(descriptor, off_t(bytes)) == 0 else {
      throw FileError(path, "cannot be written: \(systemMessage())")
    }
  }
}
