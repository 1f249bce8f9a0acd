import Foundation
import Synchronization

/// A small HTTP server on 127.0.0.1 for tests; every connection is one request.
public final class LoopbackServer: Sendable {
  public struct Request: Sendable {
    public let method: String
    /// As sent, with what follows a `?`.
    public let path: String
    private let fields: [String: String]

    fileprivate init?(_ text: String) {
      let lines = text.split(separator: "\r\n", omittingEmptySubsequences: true)
      guard let first = lines.first?.split(separator: " "), first.count == 3 else { return nil }
      (method, path) = (String(first[0]), String(first[1]))
      fields = lines.dropFirst().reduce(into: [:]) { fields, line in
        guard let colon = line.firstIndex(of: ":") else { return }
        fields[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      }
    }

    public subscript(name: String) -> String? { fields[name.lowercased()] }
  }

  public struct Response: Sendable {
    public var status: Int
    public var fields: [String: String]
    public var body: [UInt8]
    /// The connection is cut after so many bytes of the body.
    public var cut: Int?
    /// After the body the connection is held until the client ends it.
    public var holds: Bool
    /// Nothing is sent, and the connection is closed.
    public static let nothing = Response(0)
    public init(
      _ status: Int, _ fields: [String: String] = [:], _ body: [UInt8] = [], cut: Int? = nil, holds: Bool = false
    ) {
      (self.status, self.fields, self.body, self.cut, self.holds) = (status, fields, body, cut, holds)
    }
  }

  private let listener: LoopbackListener
  private let log = Log()
  public var port: Int { listener.port }

  /// Every request so far, in order.
  public var requests: [Request] { log.requests.withLock { $0 } }
  public func forgetRequests() { log.requests.withLock { $0 = [] } }

  private final class Log: Sendable { let requests = Mutex<[Request]>([]) }

  public init(_ answer: @escaping @Sendable (Request) -> Response) {
    listener = LoopbackListener { [log] connection in Self.serve(connection, log, answer) }
  }

  private static func serve(_ connection: LoopbackConnection, _ log: Log, _ answer: (Request) -> Response) {
    var received: [UInt8] = []
    while !received.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      guard let byte = connection.receive(1)?.first else { return }
      received.append(byte)
    }
    guard let request = Request(String(decoding: received, as: UTF8.self)) else { return }
    log.requests.withLock { $0.append(request) }
    let response = answer(request)
    guard response.status != 0 else { return }
    var head = "HTTP/1.1 \(response.status) Status\r\nConnection: close\r\n"
    var fields = response.fields
    if fields["Content-Length"] == nil { fields["Content-Length"] = String(response.body.count) }
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) { head += "\(name): \(value)\r\n" }
    connection.send(Array((head + "\r\n").utf8))
    if request.method != "HEAD" { connection.send(Array(response.body.prefix(response.cut ?? .max))) }
    if response.holds { _ = connection.receive(1) }
  }
}
