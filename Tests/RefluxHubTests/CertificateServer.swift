import Foundation
import RefluxTesting

/// A server that shows a certificate as TLS 1.2 does and knows nothing beyond that.
///
/// Who looks at the certificate first and finds it wanting never asks for more.
final class CertificateServer: Sendable {
  private let listener: LoopbackListener
  var endpoint: String { "https://127.0.0.1:\(listener.port)" }

  init(certificate: [UInt8]) {
    let answer = Self.record(Self.hello + Self.message(11, Self.sized(Self.sized(certificate))))
    listener = LoopbackListener { connection in
      // The client's hello, whatever it says.
      guard let head = connection.receive(5), connection.receive(Int(head[3]) << 8 | Int(head[4])) != nil else {
        return
      }
      connection.send(answer)
      // Its alert, or its end.
      _ = connection.receive(5)
    }
  }

  /// ServerHello: ECDHE-RSA-AES128-GCM-SHA256, and that renegotiation is secure (RFC 5246, 7.4.1.3; RFC 5746).
  private static let hello = message(
    2, [3, 3] + [UInt8](repeating: 7, count: 32) + [0, 0xC0, 0x2F, 0, 0, 5, 0xFF, 1, 0, 1, 0])

  /// A message of the handshake.
  private static func message(_ kind: UInt8, _ content: [UInt8]) -> [UInt8] { [kind] + sized(content) }

  /// A length of three bytes and what has it.
  private static func sized(_ content: [UInt8]) -> [UInt8] {
    [UInt8(content.count >> 16), UInt8(content.count >> 8 & 255), UInt8(content.count & 255)] + content
  }

  /// A record of the handshake in TLS 1.2.
  private static func record(_ content: [UInt8]) -> [UInt8] {
    [22, 3, 3, UInt8(content.count >> 8), UInt8(content.count & 255)] + content
  }
}
