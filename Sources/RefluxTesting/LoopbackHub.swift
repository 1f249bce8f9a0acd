import Foundation
import RefluxIO
import Synchronization

/// A server that behaves like the hub of Hugging Face, with one model; large files lie on another host.
///
/// The other host is `localhost` where the hub is `127.0.0.1`.
public final class LoopbackHub: Sendable {
  public typealias Request = LoopbackServer.Request
  public typealias Response = LoopbackServer.Response

  /// What the hub has; a test may change it.
  public struct Contents: Sendable {
    public var repository = "tiny/bert"
    public var revisions = ["main": String(repeating: "1", count: 39) + "a"]
    public var files: [String: [UInt8]] = [:]
    /// What a private model wants.
    public var token: String?
    /// Answers instead of the hub, if it wants to; told how many requests of that method and path came before.
    public var fault: (@Sendable (Request, Int) -> Response?)?
  }

  private let contents: Mutex<Contents>
  private let counts = Mutex<[String: Int]>([:])
  private let server = Mutex<LoopbackServer?>(nil)

  /// `http://127.0.0.1:…`.
  public var endpoint: String { "http://127.0.0.1:\(port)" }
  private var port: Int { server.withLock { $0?.port ?? 0 } }
  /// `GET /api/models/…`, in order.
  public var requests: [Request] { server.withLock { $0?.requests ?? [] } }
  public var lines: [String] { requests.map { "\($0.method) \($0.path)" } }

  public init(_ files: [String: [UInt8]]) {
    contents = Mutex(Contents(files: files))
    let made = LoopbackServer { [weak self] request in self?.answer(request) ?? Response(500) }
    server.withLock { $0 = made }
  }

  public func change(_ body: (inout Contents) -> Void) { contents.withLock { body(&$0) } }
  public func forgetRequests() {
    server.withLock { $0?.forgetRequests() }
    counts.withLock { $0 = [:] }
  }

  /// Whether a file is kept by LFS.
  private static func isLarge(_ name: String) -> Bool { name.hasSuffix(".safetensors") || name.hasSuffix(".bin") }

  /// What the cache calls a file.
  public static func etag(_ name: String, _ bytes: [UInt8]) -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    guard (try? Data(bytes).write(to: URL(fileURLWithPath: path))) != nil else { return "" }
    return (isLarge(name) ? try? sha256(of: path) : try? gitBlobName(of: path)) ?? ""
  }

  private func answer(_ request: Request) -> Response {
    let line = "\(request.method) \(request.path)"
    let before = counts.withLock { counts in
      defer { counts[line, default: 0] += 1 }
      return counts[line] ?? 0
    }
    let contents = contents.withLock { $0 }
    if let response = contents.fault?(request, before) { return response }
    let path = request.path.split(separator: "?")[0]
    if path.hasPrefix("/store/") { return stored(String(path.dropFirst("/store/".count)), contents, request) }
    if let token = contents.token, request["Authorization"] != "Bearer \(token)" {
      return Response(401, ["X-Error-Message": "Invalid credentials in Authorization header"])
    }
    let api = "/api/models/\(contents.repository)/revision/"
    if path.hasPrefix(api) {
      let revision = String(path.dropFirst(api.count)).removingPercentEncoding ?? ""
      guard let commit = commit(revision, contents) else { return Response(404, ["X-Error-Code": "RevisionNotFound"]) }
      let siblings = contents.files.keys.sorted().map { "{\"rfilename\": \"\($0)\"}" }.joined(separator: ", ")
      return Response(200, [:], Array("{\"sha\": \"\(commit)\", \"siblings\": [\(siblings)]}".utf8))
    }
    let resolve = "/\(contents.repository)/resolve/"
    guard path.hasPrefix(resolve) else { return Response(401, ["X-Error-Code": "RepoNotFound"]) }
    let parts = path.dropFirst(resolve.count).split(separator: "/", maxSplits: 1).map(String.init)
    guard let commit = commit(parts[0], contents), let file = contents.files[parts[1]] else {
      return Response(404, ["X-Error-Code": "EntryNotFound"])
    }
    let etag = Self.etag(parts[1], file)
    guard Self.isLarge(parts[1]) else {
      return Response(200, ["X-Repo-Commit": commit, "ETag": "\"\(etag)\""], file)
    }
    return Response(
      302,
      [
        "X-Repo-Commit": commit, "X-Linked-Etag": "\"\(etag)\"", "X-Linked-Size": "\(file.count)",
        "Location": "http://localhost:\(port)/store/\(parts[1])",
      ])
  }

  private func commit(_ revision: String, _ contents: Contents) -> String? {
    contents.revisions[revision] ?? (contents.revisions.values.contains(revision) ? revision : nil)
  }

  /// The store for large files, which understands ranges.
  private func stored(_ name: String, _ contents: Contents, _ request: Request) -> Response {
    guard let file = contents.files[name] else { return Response(404) }
    guard let range = request["Range"], let start = Int(range.dropFirst("bytes=".count).dropLast()) else {
      return Response(200, ["Accept-Ranges": "bytes"], file)
    }
    guard start < file.count else { return Response(416, ["Content-Range": "bytes */\(file.count)"]) }
    return Response(206, ["Content-Range": "bytes \(start)-\(file.count - 1)/\(file.count)"], Array(file[start...]))
  }
}
