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

  public let port: Int
  private let socket: Int32
  private let log = Mutex<[Request]>([])
  private let answer: @Sendable (Request) -> Response

  /// Every request so far, in order.
  public var requests: [Request] { log.withLock { $0 } }
  public func forgetRequests() { log.withLock { $0 = [] } }

  public init(_ answer: @escaping @Sendable (Request) -> Response) {
    self.answer = answer
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = socket
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, address, &length) == 0
      }
    }
    precondition(isBound, "no port is free on 127.0.0.1")
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0, let self else { return }
        Thread.detachNewThread { self.serve(connection) }
      }
    }
  }

  deinit {
    shutdown(socket, Int32(SHUT_RDWR))
    close(socket)
  }

  private func serve(_ connection: Int32) {
    defer { close(connection) }
    var received: [UInt8] = []
    while !received.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      var byte: UInt8 = 0
      guard recv(connection, &byte, 1, 0) == 1 else { return }
      received.append(byte)
    }
    guard let request = Request(String(decoding: received, as: UTF8.self)) else { return }
    log.withLock { $0.append(request) }
    let response = answer(request)
    guard response.status != 0 else { return }
    var head = "HTTP/1.1 \(response.status) Status\r\nConnection: close\r\n"
    var fields = response.fields
    if fields["Content-Length"] == nil { fields["Content-Length"] = String(response.body.count) }
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) { head += "\(name): \(value)\r\n" }
    send(Array((head + "\r\n").utf8), connection)
    if request.method != "HEAD" { send(Array(response.body.prefix(response.cut ?? .max)), connection) }
    var byte: UInt8 = 0
    if response.holds { _ = recv(connection, &byte, 1, 0) }
  }

  private func send(_ bytes: [UInt8], _ connection: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard sent > 0 else { return }
      rest = rest.dropFirst(sent)
    }
  }
}
