import Foundation

/// Waits for connections on 127.0.0.1, for tests, and gives each a thread.
public final class LoopbackListener: Sendable {
  public let port: Int
  private let socket: Int32

  public init(serve: @escaping @Sendable (LoopbackConnection) -> Void) {
    let listener = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, address, &length) == 0
      }
    }
    precondition(isBound, "no port is free on 127.0.0.1")
    (port, socket) = (Int(UInt16(bigEndian: address.sin_port)), listener)
    Thread.detachNewThread {
      // Ends when the listener is gone.
      while case let connection = accept(listener, nil, nil), connection >= 0 {
        Thread.detachNewThread {
          serve(LoopbackConnection(socket: connection))
          close(connection)
        }
      }
    }
  }

  deinit {
    shutdown(socket, Int32(SHUT_RDWR))
    close(socket)
  }
}

/// Somebody who called.
public struct LoopbackConnection: Sendable {
  fileprivate let socket: Int32

  /// So many bytes, or `nil` if the other side has ended it.
  public func receive(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    guard count == 0 || recv(socket, &bytes, count, Int32(MSG_WAITALL)) == count else { return nil }
    return bytes
  }

  /// Sends all of it, unless the other side has gone.
  public func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard sent > 0 else { return }
      rest = rest.dropFirst(sent)
    }
  }
}
