#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The system's word for what the last call complained about: `No such file or directory`.
package func systemMessage(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }

/// Writes all of `bytes`, however many calls it takes.
///
/// - Throws: ``FileError`` about `path`: `cannot be written: No space left on device`.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { throw FileError(path, "cannot be written: \(systemMessage())") }
    rest = rest.dropFirst(count)
  }
}

/// Makes sure that the names in a file's directory are on disk.
func syncDirectory(of path: String) throws {
  let directory = Directory.parent(of: path)
  let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { throw FileError(directory, "cannot be opened: \(systemMessage())") }
  defer { close(descriptor) }
  // Some file systems have no directories to sync (EINVAL); there is nothing to do then.
  guard fsync(descriptor) == 0 || errno == EINVAL else {
    throw FileError(directory, "cannot be written: \(systemMessage())")
  }
}
