import RefluxIO

/// `metrics.jsonl`: one line for each step and each evaluation, at full precision.
///
/// A resumed run cuts the file back to where it goes on from, so that it ends up as an unbroken run would have left it.
final class MetricsLog {
  private let path: String
  private var writer: JSONLinesWriter?
  /// Called before anything is written for the first time.
  var willWrite: () throws -> Void = {}
  /// Where the next line begins.
  private(set) var bytes = 0

  init(_ path: String) { self.path = path }

  /// Makes `bytes` the file's length; what comes after was written by steps that are taken again.
  func rewind(to bytes: Int) throws {
    writer = nil
    self.bytes = bytes
  }

  func write(_ fields: JSONObject) throws {
    let line = JSON.object(fields).finite
    try opened().write(line)
    bytes += line.text.utf8.count + 1
  }

  /// Waits until every line is on disk.
  func sync() throws { try opened().sync() }

  private func opened() throws -> JSONLinesWriter {
    if let writer { return writer }
    try willWrite()
    try LineFile.truncate(path, to: bytes)
    let opened = try JSONLinesWriter(path, appending: true)
    writer = opened
    return opened
  }
}
