import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// What a server says before the content.
struct HTTPHead: Sendable {
  let status: Int
  let url: URL
  private let fields: [String: String]

  init(_ response: HTTPURLResponse, url: URL) {
    (status, self.url) = (response.statusCode, url)
    fields = response.allHeaderFields.reduce(into: [:]) { fields, field in
      fields["\(field.key)".lowercased()] = "\(field.value)"
    }
  }

  subscript(name: String) -> String? { fields[name.lowercased()] }
}

/// One request at a time over HTTP; redirects are handed to the caller and not followed, so that it decides who is sent
/// what.
final class HTTPClient {
  private let session: URLSession
  private let delegate = Delegate()
  private let timeout: Double

  /// `timeout`: seconds without anything from the server after which a request is given up.
  init(timeout: Double) {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.httpShouldSetCookies = false
    configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
    // Waiting is timed below; this is only to be longer.
    configuration.timeoutIntervalForRequest = timeout * 2 + 10
    session = URLSession(configuration: configuration, delegate: delegate, delegateQueue: nil)
    self.timeout = timeout
  }

  deinit { session.invalidateAndCancel() }

  /// Sends a request and hands the content over as it comes, on the caller's thread.
  ///
  /// - Throws: ``RequestFailure`` if there is no answer or it breaks off, and whatever `receive` throws.
  @discardableResult
  func send(_ request: URLRequest, receive: (HTTPHead, Data) throws -> Void) throws -> HTTPHead {
    guard let url = request.url else { throw HubError("a request has no address") }
    let channel = Channel()
    let task = session.dataTask(with: request)
    delegate.open(channel, for: task)
    defer {
      task.cancel()
      delegate.close(task)
    }
    task.resume()
    var head: HTTPHead?
    while true {
      switch channel.next(within: timeout) {
      case .head(let response): head = HTTPHead(response, url: url)
      case .content(let data): if let head { try receive(head, data) }
      case .end(let failure, let response):
        if let failure { throw failure }
        guard let head = head ?? response.map({ HTTPHead($0, url: url) }) else {
          throw RequestFailure("it gave no answer over HTTP")
        }
        return head
      case nil:
        throw RequestFailure("nothing came for \(timeout.formatted()) seconds")
      }
    }
  }
}

/// What happened to a request, in order.
private enum HTTPEvent: Sendable {
  case head(HTTPURLResponse)
  case content(Data)
  case end(failure: RequestFailure?, HTTPURLResponse?)
}

/// Hands events from the session's thread to the one that waits.
private final class Channel: @unchecked Sendable {
  private let condition = NSCondition()
  private var events: [HTTPEvent] = []

  func add(_ event: HTTPEvent) {
    condition.lock()
    events.append(event)
    condition.signal()
    condition.unlock()
  }

  /// The next event, or `nil` if none comes in time.
  func next(within seconds: Double) -> HTTPEvent? {
    let deadline = Date(timeIntervalSinceNow: seconds)
    condition.lock()
    defer { condition.unlock() }
    while events.isEmpty { if !condition.wait(until: deadline) { return nil } }
    return events.removeFirst()
  }
}

private final class Delegate: NSObject, URLSessionDataDelegate, @unchecked Sendable {
  private let lock = NSLock()
  private var channels: [Int: Channel] = [:]

  func open(_ channel: Channel, for task: URLSessionTask) {
    lock.withLock { channels[task.taskIdentifier] = channel }
  }

  func close(_ task: URLSessionTask) { lock.withLock { channels[task.taskIdentifier] = nil } }

  private func add(_ event: HTTPEvent, _ task: URLSessionTask) {
    lock.withLock { channels[task.taskIdentifier] }?.add(event)
  }

  func urlSession(
    _: URLSession, task: URLSessionTask, willPerformHTTPRedirection _: HTTPURLResponse, newRequest _: URLRequest,
    completionHandler: @escaping (URLRequest?) -> Void
  ) { completionHandler(nil) }

  func urlSession(
    _: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    if let response = response as? HTTPURLResponse { add(.head(response), dataTask) }
    completionHandler(.allow)
  }

  func urlSession(_: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) { add(.content(data), dataTask) }

  func urlSession(_: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    let failure = error.map { RequestFailure(connection: $0, to: task.originalRequest?.url) }
    add(.end(failure: failure, task.response as? HTTPURLResponse), task)
  }
}
