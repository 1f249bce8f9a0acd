import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

extension RequestFailure {
  /// What happened to a connection, in words that follow the server's name.
  ///
  /// Foundation on Linux has codes for few of libcurl's problems; the others are told apart by libcurl's texts.
  init(connection error: any Error, to url: URL?) {
    let text = error.localizedDescription
    switch (error as? URLError)?.code {
    case .cannotConnectToHost:
      let proxy = url?.host().flatMap { host in text.contains("connect to \(host) ") ? nil : Self.server(in: text) }
      self.init(proxy.map { "the proxy at \($0) cannot be reached" } ?? "the connection was refused")
    case .cannotFindHost, .dnsLookupFailed: self.init("there is no such host")
    case .networkConnectionLost: self.init("the connection broke off")
    case .notConnectedToInternet: self.init("there is no network")
    case .timedOut: self.init("it did not answer in time")
    default: self.init(libcurl: text)
    }
  }

  private init(libcurl text: String) {
    if text.contains("subject name") {
      self.init("its certificate is for another name (\(text.split(separator: "SSL: ").last ?? ""))", isLasting: true)
    } else if text.contains("certificate") {
      let reason = text.split(separator: "certificate problem: ").last ?? ""
      let remedy = "the system's store decides, and update-ca-certificates adds to it"
      self.init("its certificate is not trusted (\(reason)); \(remedy)", isLasting: true)
    } else if text.contains("wrong version number") {
      self.init("it does not speak https at this port", isLasting: true)
    } else if text.contains("CONNECT tunnel failed, response 407") {
      self.init("the proxy wants a name and a password (http://name:password@…)", isLasting: true)
    } else if let proxy = text.split(separator: "resolve proxy: ").last, proxy.count < text.count {
      self.init("there is no such proxy as \(proxy)", isLasting: true)
    } else {
      self.init("the connection failed: \(text)")
    }
  }

  /// `a:1` of "Failed to connect to a port 1 after …".
  private static func server(in text: String) -> String? {
    let words = text.split(separator: " ")
    guard let port = words.firstIndex(of: "port"), port > 0, port + 1 < words.count else { return nil }
    return "\(words[port - 1]):\(words[port + 1])"
  }
}
