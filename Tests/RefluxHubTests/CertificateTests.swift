import Foundation
import RefluxTesting
import Testing

@testable import RefluxHub

/// What is said of servers whose certificates are not trusted, and of ports without https.
@Suite struct CertificateTests {
  private static let selfSigned = """
    its certificate is not trusted (self-signed certificate); the system's store decides, and update-ca-certificates \
    adds to it
    """

  private func server() throws -> CertificateServer {
    try CertificateServer(certificate: Array(Data(contentsOf: URL(fileURLWithPath: fixture("hub_certificate.der")))))
  }

  /// Asked once: another try would end the same way.
  @Test func aHubThatIsNotTrusted() throws {
    try withBench { bench in
      let server = try server()
      var settings = bench.settings(token: "hf_secret")
      settings.endpoint = server.endpoint
      let (client, name) = (bench.client(settings: settings), try #require(HubModelName("tiny/bert")))
      #expect(thrownMessage { try client.snapshot(of: name) } == "\(server.endpoint): \(Self.selfSigned)")
      #expect(bench.waits.all == [])
      // What is in the cache was checked when it came.
      let directory = try bench.fetch()
      #expect(try client.snapshot(of: name) == directory)
      #expect(bench.notes.last == "\(server.endpoint): \(Self.selfSigned); 'tiny/bert' is taken from the cache")
    }
  }

  @Test func aStoreThatIsNotTrusted() throws {
    try withBench { bench in
      let server = try server()
      let store = server.endpoint
      bench.hub.change {
        $0.fault = { request, _ in
          request.method == "GET" && request.path.hasSuffix("model.safetensors")
            ? .init(302, ["Location": "\(store)/model.safetensors"]) : nil
        }
      }
      let problem = withExtendedLifetime(server) { bench.problem() }
      #expect(problem == "HUB was asked for 'model.safetensors': 127.0.0.1: \(Self.selfSigned)")
      #expect(bench.waits.all == [])
    }
  }

  @Test func aPortWithoutEncryption() throws {
    try withBench { bench in
      let plain = LoopbackListener { connection in
        _ = connection.receive(5)
        connection.send(Array("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".utf8))
      }
      var settings = bench.settings()
      settings.endpoint = "https://127.0.0.1:\(plain.port)"
      let name = try #require(HubModelName("tiny/bert"))
      let problem = withExtendedLifetime(plain) {
        thrownMessage { try bench.client(settings: settings).snapshot(of: name) }
      }
      #expect(problem == "\(settings.endpoint): it does not speak https at this port")
      #expect(bench.waits.all == [])
    }
  }

  // MARK: What libcurl says, in words

  /// The texts are libcurl's, as FoundationNetworking of Swift 6.3 hands them over.
  @Test(arguments: [
    (
      "Failed to connect to 127.0.0.1 port 3128 after 5 ms: Couldn't connect to server",
      URLError.Code.cannotConnectToHost,
      "the proxy at 127.0.0.1:3128 cannot be reached", false
    ),
    (
      "Failed to connect to some.host port 443 after 5 ms: Couldn't connect to server", .cannotConnectToHost,
      "the connection was refused", false
    ),
    (
      "SSL: no alternative certificate subject name matches target host name 'some.host'", .unknown,
      "its certificate is for another name (no alternative certificate subject name matches target host name 'some.host')",
      true
    ),
    (
      "CONNECT tunnel failed, response 407", .unknown,
      "the proxy wants a name and a password (http://name:password@…)", true
    ),
    (
      "CONNECT tunnel failed, response 503", .unknown,
      "the connection failed: CONNECT tunnel failed, response 503", false
    ),
    ("Could not resolve proxy: nope.invalid", .unknown, "there is no such proxy as nope.invalid", true),
  ])
  func words(_ text: String, _ code: URLError.Code, _ expected: String, _ isLasting: Bool) {
    let error = URLError(code, userInfo: [NSLocalizedDescriptionKey: text])
    #expect(
      RequestFailure(connection: error, to: URL(string: "https://some.host/x"))
        == RequestFailure(expected, isLasting: isLasting))
  }
}
