import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A wish to stop, looked at after every step and between the batches of an evaluation.
public final class Interruption: Sendable {
  private let flag = Atomic<Bool>(false)
  public init() {}

  /// Set by Ctrl-C and by `kill`; the second time the program ends at once.
  public static let signals = Interruption()

  public var isWanted: Bool { flag.load(ordering: .relaxed) }
  public func stop() { flag.store(true, ordering: .relaxed) }

  /// Makes SIGINT and SIGTERM stop the run at its next step.
  public static func watchSignals() {
    // Looked at once here, so that the handler does not have to make it.
    _ = signals.isWanted
    var watched = sigset_t()
    sigemptyset(&watched)
    for number in [SIGINT, SIGTERM] {
      sigaddset(&watched, number)
      signal(number) { number in
        Interruption.signals.stop()
        signal(number, SIG_DFL)
      }
    }
    // A program that was started from a thread which keeps signals out would never hear of them.
    pthread_sigmask(SIG_UNBLOCK, &watched, nil)
  }
}

/// A run that was asked to stop and has saved what it needs to go on.
public struct Interrupted: Error, CustomStringConvertible {
  public let description: String
}
