/// A model that cannot be had, and what to do about it, on one line.
public struct HubError: Error, Equatable, CustomStringConvertible {
  public let description: String
  /// Whether the hub could not be reached, rather than having said no.
  let isAboutTheConnection: Bool

  init(_ description: String, isAboutTheConnection: Bool = false) {
    (self.description, self.isAboutTheConnection) = (description, isAboutTheConnection)
  }
}

/// A request without an answer that counts: no connection, one that broke off, a busy server.
struct RequestFailure: Error, Equatable {
  var problem: String
  /// Seconds that the server wants to be left alone.
  var wait: Double?
  /// Whether another try would end the same way.
  var isLasting: Bool

  init(_ problem: String, wait: Double? = nil, isLasting: Bool = false) {
    (self.problem, self.wait, self.isLasting) = (problem, wait, isLasting)
  }
}

/// What is going on, for whoever waits.
public enum HubEvent: Equatable, Sendable {
  /// Something a person should read.
  case note(String)
  /// Bytes of a file that are there, and how many it has, if that is known.
  case loading(file: String, done: Int, total: Int?)
  case loaded(file: String, bytes: Int)
}
