import Foundation
import RefluxIO

/// Fetches one file into the cache: what is there is kept, what broke off goes on, and it gets its name when it is
/// complete and its checksum is right.
struct HubDownload {
  let connection: HubConnection
  let cache: HubCache
  let commit: String
  let report: (HubEvent) throws -> Void

  /// Makes sure that a file of the commit is there.
  func fetch(_ file: String) throws {
    guard !cache.has(file, of: commit) else { return }
    let info = try connection.trying(
      "\(connection.settings.endpoint) was asked about '\(file)'"
    ) { try connection.info(of: file, cache.name, commit: commit) }
    let blob = cache.blob(info.etag)
    try Directory.create(Directory.parent(of: blob))
    var hasToldOfWaiting = false
    let lockFile = cache.lock(info.etag)
    try Directory.create(Directory.parent(of: lockFile))
    let lock = try FileLock.wait(lockFile) {
      if !hasToldOfWaiting { try report(.note("another program is fetching \(file) of \(cache.name); waiting for it")) }
      hasToldOfWaiting = true
      try report(.loading(file: file, done: 0, total: info.size))
    }
    try withExtendedLifetime(lock) {
      if !FileManager.default.fileExists(atPath: blob) { try download(file, info, to: blob) }
      try cache.link(file, of: commit, to: info.etag)
    }
  }

  private func download(_ file: String, _ info: HubFileInfo, to blob: String) throws {
    let part = PartialFile(blob + ".incomplete")
    let hadBytes = part.size > 0
    if let size = info.size {
      if part.size > size { try Directory.remove(part.path) }
      try part.checkSpace(for: size)
    }
    let url = try connection.address(of: file, cache.name, commit: commit)
    try connection.trying("\(connection.settings.endpoint) was asked for '\(file)'", progress: { part.size }) {
      guard part.size != info.size || info.size == nil || info.size == 0 else { return }
      try continueDownload(file, info, url, part)
    }
    do { try verify(part.path, info, file) } catch let error as HubError {
      try Directory.remove(part.path)
      // The damage may have been in what an earlier download left.
      guard hadBytes else { throw error }
      try report(.note("\(error); it is fetched again from the start"))
      return try download(file, info, to: blob)
    }
    try Directory.move(part.path, to: blob)
    try report(.loaded(file: file, bytes: PartialFile(blob).size))
  }

  /// One request for the bytes that are missing.
  private func continueDownload(_ file: String, _ info: HubFileInfo, _ url: URL, _ part: PartialFile) throws {
    let start = part.size
    var writer: PartialFile.Writer?
    func receive(_ head: HTTPHead, _ data: Data) throws {
      if writer == nil { writer = try part.writer(at: Self.offset(head, asked: start)) }
      guard let writer else { return }
      try writer.append(data)
      if let size = info.size, writer.size > size {
        throw HubError("\(head.url.host() ?? "") sends more of '\(file)' than its \(size) bytes")
      }
      try report(.loading(file: file, done: writer.size, total: info.size))
    }
    let head = try connection.send("GET", url, about: cache.name, from: start, receive: receive)
    if head.status == 416 {
      try Directory.remove(part.path)
      throw RequestFailure("it does not have the rest of the file (416)", wait: 0)
    }
    if writer == nil { writer = try part.writer(at: Self.offset(head, asked: start)) }
    if let size = info.size, let writer, writer.size < size {
      throw RequestFailure("the connection broke off after \(writer.size) of \(size) bytes")
    }
  }

  /// Where the content of an answer belongs: where it was asked to begin, or the file's beginning.
  private static func offset(_ head: HTTPHead, asked start: Int) throws -> Int {
    guard head.status == 206 else { return 0 }
    guard head["Content-Range"]?.hasPrefix("bytes \(start)-") == true else {
      throw HubError("\(head.url.host() ?? "") was asked for bytes from \(start) on and sent others")
    }
    return start
  }

  private func verify(_ path: String, _ info: HubFileInfo, _ file: String) throws {
    let size = PartialFile(path).size
    if let wanted = info.size, size != wanted {
      throw HubError("'\(file)' of '\(cache.name)' should have \(wanted) bytes and has \(size)")
    }
    // Anything else is no checksum.
    guard [40, 64].contains(info.etag.utf8.count), isHexadecimal(info.etag) else { return }
    let isLarge = info.etag.utf8.count == 64
    let found = isLarge ? try sha256(of: path) : try gitBlobName(of: path)
    guard found == info.etag else {
      throw HubError(
        "'\(file)' of '\(cache.name)' is damaged: its \(isLarge ? "sha256" : "git hash") should be \(info.etag), but is \(found)"
      )
    }
  }
}
