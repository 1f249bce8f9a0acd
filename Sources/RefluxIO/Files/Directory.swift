#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Directories: made, listed, moved, synced and removed, with errors that name the path.
public enum Directory {
  public static func exists(_ path: String) -> Bool { mode(of: path, following: true) == S_IFDIR }

  /// Whether there is anything of that name.
  public static func isTaken(_ path: String) -> Bool { mode(of: path) != nil }

  /// Makes a directory and those above it; one that is there already is fine.
  public static func create(_ path: String) throws {
    if exists(path) || path.isEmpty { return }
    guard !isTaken(path) else { throw FileError(path, "is not a directory") }
    try create(parent(of: path))
    guard mkdir(path, 0o755) == 0 || (errno == EEXIST && exists(path)) else {
      throw FileError(path, "cannot be made: \(systemMessage())")
    }
  }

  /// The directory that a path's last part is in: `/` of `/tmp`, `.` of a name alone.
  public static func parent(of path: String) -> String {
    path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }

  /// A path that means the same from every working directory.
  public static func absolute(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The names in a directory, sorted.
  public static func names(in path: String) throws -> [String] {
    guard let stream = opendir(path) else { throw FileError(path, "cannot be opened: \(systemMessage())") }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Every file below a directory, as paths relative to it, sorted.
  public static func files(below path: String) throws -> [String] {
    try names(in: path).flatMap { name in
      let inner = "\(path)/\(name)"
      return exists(inner) ? try files(below: inner).map { "\(name)/\($0)" } : [name]
    }
  }

  /// Removes a file, a link or a whole directory; nothing there is fine.
  public static func remove(_ path: String) throws {
    guard let mode = mode(of: path) else { return }
    if mode == S_IFDIR { for name in try names(in: path) { try remove("\(path)/\(name)") } }
    guard (mode == S_IFDIR ? rmdir(path) : unlink(path)) == 0 || errno == ENOENT else {
      throw FileError(path, "cannot be removed: \(systemMessage())")
    }
  }

  /// Gives a file or directory another name on the same file system.
  public static func move(_ path: String, to new: String) throws {
    guard rename(path, new) == 0 else { throw FileError(path, "cannot be renamed to \(new): \(systemMessage())") }
  }

  /// Gives a directory a name that nothing has, in one move; `false` if something has it.
  public static func moveIfFree(_ path: String, to new: String) throws -> Bool {
    // An empty directory of that name is replaced, as rename(2) has it.
    guard rename(path, new) == 0 else {
      if [ENOTEMPTY, EEXIST, ENOTDIR].contains(errno), isTaken(new) { return false }
      throw FileError(path, "cannot be renamed to \(new): \(systemMessage())")
    }
    try syncDirectory(of: new)
    return true
  }

  /// Makes sure that every file and name below a directory is on disk.
  public static func sync(_ path: String) throws {
    for name in try names(in: path) {
      let inner = "\(path)/\(name)"
      if exists(inner) { try sync(inner) } else { try sync(file: inner) }
    }
    try syncDirectory(of: path + "/.")
  }

  private static func sync(file path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path, "cannot be opened: \(systemMessage())") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError(path, "cannot be written: \(systemMessage())") }
  }

  /// The kind of what has this name, if anything has.
  private static func mode(of path: String, following: Bool = false) -> mode_t? {
    var status = stat()
    guard (following ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
    return status.st_mode & S_IFMT
  }
}
