import Foundation
import RefluxIO

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Requests to a hub: who is sent the token, which redirects are followed, what an answer means.
struct HubConnection {
  let settings: HubSettings
  let http: HTTPClient
  /// Waits so many seconds.
  var pause: (Double) throws -> Void = { Thread.sleep(forTimeInterval: $0) }
  /// Is told of what a person should know who waits.
  var note: (String) throws -> Void = { _ in }

  private static let mostRedirects = 10
  private static let mostTries = 5
  /// Longer than that nobody waits for a server.
  private static let longestWait = 120.0

  init(_ settings: HubSettings) throws {
    (self.settings, http) = (settings, HTTPClient(timeout: settings.timeout))
    guard let url = URL(string: settings.endpoint), ["http", "https"].contains(url.scheme), url.host() != nil else {
      throw HubError("HF_ENDPOINT is '\(settings.endpoint)', which is not an address such as https://huggingface.co")
    }
    guard settings.token?.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) != false else {
      throw HubError("the token for the hub (HF_TOKEN or its file) holds characters that no token has")
    }
  }

  /// An address of the hub; the parts become one segment of the path each.
  func url(_ parts: [String]) throws -> URL {
    let allowed = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
    let path = parts.compactMap { $0.addingPercentEncoding(withAllowedCharacters: allowed) }.joined(separator: "/")
    guard let url = URL(string: "\(settings.endpoint)/\(path)") else {
      throw HubError("'\(settings.endpoint)/\(path)' is not an address")
    }
    return url
  }

  // MARK: Tries

  /// Does something that may fail for a while, again after 1, 2, 4 and 8 seconds, or when the server says.
  ///
  /// `progress` grows when a try got further than the one before; those do not count. Throws ``HubError``.
  func trying<Result>(
    _ what: String, times: Int = mostTries, progress: () -> Int = { 0 }, _ body: () throws -> Result
  ) throws -> Result {
    var (failures, reached) = (0, progress())
    while true {
      do { return try body() } catch let failure as RequestFailure {
        if progress() > reached { (failures, reached) = (0, progress()) }
        failures += 1
        let tries = failures == 1 ? "" : " (tried \(failures) times)"
        let wait = failure.wait ?? Double(1 << (failures - 1))
        guard wait <= Self.longestWait else {
          throw HubError(
            "\(what): \(failure.problem), and it asks to be left alone for \(Int(wait)) seconds",
            isAboutTheConnection: true)
        }
        guard failures < times, !failure.isLasting else {
          throw HubError("\(what): \(failure.problem)\(tries)", isAboutTheConnection: true)
        }
        if wait > 0 {
          try note("\(what): \(failure.problem); trying again in \(Int(wait.rounded(.up))) s")
        }
        try pause(wait)
      }
    }
  }

  // MARK: Requests

  /// Which redirects are followed.
  enum Redirects {
    case all
    /// Those to the hub itself; one to another host is the answer.
    case hubOnly
  }

  /// One request and its redirects; the content of a good answer goes to `receive`.
  ///
  /// - Throws: ``RequestFailure``, or ``HubError`` for what will not get better; `about` is what was asked for.
  func send(
    _ method: String, _ url: URL, about: HubModelName, from offset: Int = 0, redirects: Redirects = .all,
    each: (HTTPHead) -> Void = { _ in }, receive: (HTTPHead, Data) throws -> Void = { _, _ in }
  ) throws -> HTTPHead {
    var target = url
    for _ in 0...Self.mostRedirects {
      let head: HTTPHead
      do {
        head = try http.send(request(method, target, offset)) { head, data in
          if (200...299).contains(head.status) { try receive(head, data) }
        }
      } catch var failure as RequestFailure where !isHub(target) {
        // The hub is what was asked; this is where it sent us.
        failure.problem = "\(target.host() ?? ""): \(failure.problem)"
        throw failure
      }
      each(head)
      guard (300...399).contains(head.status), head.status != 304 else {
        try check(head, about)
        return head
      }
      guard let location = head["Location"], let next = URL(string: location, relativeTo: target)?.absoluteURL else {
        throw HubError("\(target.host() ?? "") redirects to nowhere")
      }
      if redirects == .hubOnly && !isHub(next) { return head }
      guard next.scheme == target.scheme || next.scheme == "https" else {
        throw HubError(
          "\(target.host() ?? "") redirects from \(target.scheme ?? "") to \(next.scheme ?? "nothing"), which is not followed"
        )
      }
      target = next
    }
    throw HubError("\(url.host() ?? "") redirects more than \(Self.mostRedirects) times")
  }

  private func request(_ method: String, _ url: URL, _ offset: Int) -> URLRequest {
    var request = URLRequest(url: url)
    request.httpMethod = method
    request.setValue("reflux", forHTTPHeaderField: "User-Agent")
    // Sizes and ranges are those of the file.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    if offset > 0 { request.setValue("bytes=\(offset)-", forHTTPHeaderField: "Range") }
    if let token = settings.token, isHub(url) {
      request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
    }
    return request
  }

  /// Whether an address is the hub's own: only it is sent the token.
  private func isHub(_ url: URL) -> Bool {
    guard let hub = URL(string: settings.endpoint) else { return false }
    return url.scheme == hub.scheme && url.host() == hub.host() && url.port == hub.port
  }

  // MARK: Answers

  private func check(_ head: HTTPHead, _ name: HubModelName) throws {
    let (status, hub) = (head.status, settings.endpoint)
    switch (status, head["X-Error-Code"]) {
    case (200...299, _), (416, _): return
    case (429, _): throw RequestFailure("it is asked too often (429)", wait: Self.wait(head["Retry-After"]))
    case (500...599, _): throw RequestFailure("it has a problem (\(status))", wait: Self.wait(head["Retry-After"]))
    case (_, "GatedRepo"):
      throw HubError("'\(name.repository)' is gated: ask for access at \(hub)/\(name.repository), then set HF_TOKEN")
    case (_, "RevisionNotFound"):
      throw HubError("'\(name.repository)' has no revision '\(name.revision)' at \(hub)")
    case (_, "EntryNotFound"): throw HubError("'\(name)' has no such file at \(hub): \(head.url.lastPathComponent)")
    case (401, _) where settings.token != nil && head["X-Error-Code"] != "RepoNotFound":
      throw HubError("\(hub) does not accept the token (HF_TOKEN or its file); '\(name)' cannot be fetched with it")
    case (401, _), (404, _), (_, "RepoNotFound"):
      let hint = settings.token == nil ? "; if it is private, set HF_TOKEN" : ", or the token does not reach it"
      throw HubError("there is no model '\(name.repository)' at \(hub)\(hint)")
    case (403, _): throw HubError("\(hub) refuses access to '\(name.repository)' (403)")
    default: throw HubError("\(hub) answers \(status) when asked for '\(name)'")
    }
  }

  /// Seconds, or a date (RFC 9110, 10.2.3).
  private static func wait(_ text: String?) -> Double? {
    guard let text else { return nil }
    if let seconds = Double(text), seconds >= 0 { return seconds }
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
    return format.date(from: text).map { max(0, $0.timeIntervalSinceNow) }
  }
}
