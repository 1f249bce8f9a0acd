extension Directory {
  /// Ends the name of what is still being written, or was when a program was killed.
  public static let unfinishedSuffix = ".tmp"

  /// Makes a directory that appears complete or not at all: filled under a temporary name, synced, and put in the place
  /// of an older one.
  ///
  /// `fill` writes the files into the directory whose path it is given. If anything fails, what was there before stays
  /// and no temporary directory is left.
  ///
  /// - Throws: ``FileError``, and what `fill` throws.
  public static func write(_ path: String, _ fill: (String) throws -> Void) throws {
    let temporary = path + unfinishedSuffix
    try remove(temporary)
    try create(temporary)
    do {
      try fill(temporary)
      try sync(temporary)
      try replace(path, with: temporary)
    } catch {
      try? remove(temporary)
      throw error
    }
  }

  /// Gives a complete directory its name, in the place of an older one; the new name is on disk when this returns.
  public static func replace(_ path: String, with new: String) throws {
    let old = replacedName(of: path)
    try remove(old)
    if isTaken(path) { try move(path, to: old) }
    try move(new, to: path)
    try syncDirectory(of: path)
    try remove(old)
  }

  /// Removes a directory that, half removed, would look like a damaged one.
  public static func discard(_ path: String) throws {
    let doomed = path + unfinishedSuffix
    try remove(doomed)
    try move(path, to: doomed)
    try remove(doomed)
  }

  /// What a directory is called while another takes its place.
  public static func replacedName(of path: String) -> String { path + ".old" + unfinishedSuffix }
}
