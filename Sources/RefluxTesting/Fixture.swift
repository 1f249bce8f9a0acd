import Foundation

/// The path of something in `Tests/Fixtures`: `fixture("bert/model")`.
public func fixture(_ name: String) -> String {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  let path = root.appendingPathComponent("Tests/Fixtures/\(name)").path
  precondition(FileManager.default.fileExists(atPath: path), "there is no fixture at \(path)")
  return path
}

/// Runs `body` with the path of a fresh directory, which is removed afterwards.
public func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  let directory = FileManager.default.temporaryDirectory.appendingPathComponent("reflux-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  return try body(directory.path)
}
