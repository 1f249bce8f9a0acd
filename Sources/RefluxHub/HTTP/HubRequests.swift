import Foundation
import RefluxIO

/// A model's commit and the files in it.
struct HubListing: Equatable {
  var commit: String
  var files: [String]
}

/// What the hub says about a file before it is fetched.
struct HubFileInfo: Equatable {
  /// The file's name in the cache: the SHA-256 of a large file, git's name of a small one.
  var etag: String
  var size: Int?
}

extension HubConnection {
  private static let longestListing = 1 << 26

  /// The commit that a name stands for, and its files.
  func listing(_ name: HubModelName) throws -> HubListing {
    let url = try url(
      ["api", "models"] + name.repository.split(separator: "/").map(String.init) + ["revision", name.revision])
    var text = Data()
    _ = try send(
      "GET", url, about: name,
      receive: { _, data in
        text += data
        guard text.count <= Self.longestListing else { throw HubError("\(url) answers with too much") }
      })
    let fields = try JSONFields(JSON(parsing: text, name: url.absoluteString), path: url.absoluteString)
    let commit = try fields.required("sha", fields.string)
    guard isCommitHash(commit) else { throw HubError("\(url) gives '\(commit)' for a commit") }
    let files = try (fields.array("siblings") ?? []).compactMap { $0["rfilename"]?.string }
    for file in files where !Self.isInside(file) {
      throw HubError("\(url) lists '\(file)', which is not the name of a file in a model")
    }
    return HubListing(commit: commit, files: files)
  }

  /// A relative path that stays where it is.
  private static func isInside(_ file: String) -> Bool {
    file.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty && part != "." && part != ".." && !part.utf8.contains { $0 < 0x20 || $0 == 0x5C || $0 == 0x7F }
    }
  }

  /// Where a file of a commit is.
  func address(of file: String, _ name: HubModelName, commit: String) throws -> URL {
    let repository = name.repository.split(separator: "/").map(String.init)
    return try url(repository + ["resolve", commit] + file.split(separator: "/").map(String.init))
  }

  /// Asks for a file's checksum and size.
  ///
  /// The hub says them itself (`X-Linked-…`), also where it redirects to a store for large files.
  func info(of file: String, _ name: HubModelName, commit: String) throws -> HubFileInfo {
    var (linked, size): (String?, Int?)
    var found: String?
    let last = try send(
      "HEAD", address(of: file, name, commit: commit), about: name, redirects: .hubOnly,
      each: { head in
        linked = head["X-Linked-Etag"] ?? linked
        size = head["X-Linked-Size"].flatMap { Int($0) } ?? size
        found = head["X-Repo-Commit"] ?? found
      })
    if let found, found != commit {
      throw HubError("\(settings.endpoint) gives '\(file)' of commit \(found) where \(commit) was asked for")
    }
    let isRedirect = (300...399).contains(last.status)
    guard let etag = (linked ?? last["ETag"]).map(Self.normalized), Self.isFileName(etag) else {
      throw HubError("\(settings.endpoint) gives no usable ETag for '\(file)' of '\(name)'; is it a Hugging Face hub?")
    }
    return HubFileInfo(etag: etag, size: size ?? (isRedirect ? nil : last["Content-Length"].flatMap { Int($0) }))
  }

  /// Without quotes and the mark of a weak comparison.
  private static func normalized(_ etag: String) -> String {
    var text = etag[...]
    if text.hasPrefix("W/") { text = text.dropFirst(2) }
    return text.filter { $0 != "\"" }
  }

  private static func isFileName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 128 && !text.hasPrefix(".")
      && text.utf8.allSatisfy { isLetterOrDigit($0) || "-_.".utf8.contains($0) }
  }
}
