/// A model that cannot be had, and what to do about it, on one line.
public struct HubError: Error, Equatable, CustomStringConvertible {
  public let description: String
  /// Whether the hub could not be reached, rather than having said no.
  let isAboutTheConnection: Bool

  init(_ description: String, isAboutTheConnection: Bool = false) {
    (self.description, self.isAboutTheConnection) = (description, isAboutTheConnection)
  }
}

/// Something that may work the next time: no connection, one that broke off, a busy server.
struct TransientFailure: Error, Equatable {
  let problem: String
  /// Seconds that the server wants to be left alone.
  var wait: Double?

  init(_ problem: String, wait: Double? = nil) { (self.problem, self.wait) = (problem, wait) }
}

/// What is going on, for whoever waits.
public enum HubEvent: Equatable, Sendable {
  /// Something a person should read.
  case note(String)
  /// Bytes of a file that are there, and how many it has, if that is known.
  case loading(file: String, done: Int, total: Int?)
  case loaded(file: String, bytes: Int)
}
