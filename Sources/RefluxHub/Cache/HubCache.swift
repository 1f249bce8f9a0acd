import Foundation
import RefluxIO

/// One model in the cache, as huggingface_hub lays it out.
///
/// ```
/// models--org--name/blobs/<etag>                    the files
/// models--org--name/refs/main                       the commit that a branch was at
/// models--org--name/snapshots/<commit>/config.json  -> ../../blobs/<etag>
/// .locks/models--org--name/<etag>.lock
/// ```
struct HubCache {
  let name: HubModelName
  let root: String
  private let locks: String

  init(_ name: HubModelName, in cache: String) {
    let folder = "models--" + name.repository.replacing("/", with: "--")
    (self.name, root, locks) = (name, "\(cache)/\(folder)", "\(cache)/.locks/\(folder)")
  }

  func blob(_ etag: String) -> String { "\(root)/blobs/\(etag)" }
  func lock(_ etag: String) -> String { "\(locks)/\(etag).lock" }
  func snapshot(_ commit: String) -> String { "\(root)/snapshots/\(commit)" }
  private var reference: String { "\(root)/refs/\(name.revision)" }

  /// The commit that the name stood for when it was last asked for.
  var commit: String? {
    if name.isCommit { return name.revision }
    let text = try? String(contentsOfFile: reference, encoding: .utf8)
    return text.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.flatMap { isCommitHash($0) ? $0 : nil }
  }

  /// Remembers the commit of a branch or tag.
  func remember(_ commit: String) throws {
    guard !name.isCommit, self.commit != commit else { return }
    try Directory.create(Directory.parent(of: reference))
    try AtomicFile.write(commit, to: reference)
  }

  /// Whether a file of a commit is there, and not only a link to one that is gone.
  func has(_ file: String, of commit: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(snapshot(commit))/\(file)")
  }

  /// Gives a blob its name in a commit, as a relative link so that the cache can be moved.
  func link(_ file: String, of commit: String, to etag: String) throws {
    let path = "\(snapshot(commit))/\(file)"
    try Directory.create(Directory.parent(of: path))
    let up = String(repeating: "../", count: 2 + file.count { $0 == "/" })
    let temporary = "\(path).\(getpid())" + Directory.unfinishedSuffix
    try Directory.remove(temporary)
    guard symlink("\(up)blobs/\(etag)", temporary) == 0 else {
      throw FileError(path, "cannot be linked: \(systemMessage())")
    }
    try Directory.move(temporary, to: path)
  }

  /// What a snapshot lacks that a model needs; `nil` if it can be loaded.
  func missing(of commit: String) -> String? {
    let directory = snapshot(commit)
    guard Directory.exists(directory) else { return "it is not there" }
    guard ModelFileSelection.configurations.contains(where: { has($0, of: commit) }) else {
      return "\(ModelFileSelection.configurations[0]) is missing"
    }
    guard let weights = ModelFileSelection.weights(among: { has($0, of: commit) }) else {
      return "its weights are missing"
    }
    guard weights.hasSuffix(WeightFiles.indexSuffix) else { return nil }
    guard let shards = try? WeightFiles.shardNames(of: "\(directory)/\(weights)") else {
      return "\(weights) is damaged"
    }
    return shards.first { !has($0, of: commit) }.map { "\($0) is missing" }
  }
}
