import RefluxIO

/// A run's hold on its directory: as long as it lives, nobody else starts a run there or goes on with it.
///
/// Until ``keep()`` a new run has nothing that is worth keeping, and ``abandon()`` puts everything back as it was.
final class RunClaim {
  private let lock: FileLock
  /// What a new run did to its directory; `nil` once that is for good.
  private var beginning: Beginning?

  /// How a new run's directory came to be.
  enum Beginning {
    case made(String)
    /// It was there, and empty.
    case filled(String)
    /// An earlier run's, which has been put aside.
    case replaced(String, old: String)
  }

  init(_ lock: FileLock, _ beginning: Beginning? = nil) { (self.lock, self.beginning) = (lock, beginning) }

  /// The run has done something: from here on the directory is its own, and what it replaces is gone.
  func keep() throws {
    if case .replaced(_, let old) = beginning { try Directory.remove(old) }
    beginning = nil
  }

  /// The run has failed.
  ///
  /// Its error is what there is to say, so nothing is thrown here.
  func abandon() {
    switch beginning {
    case .made(let path): try? Directory.remove(path)
    case .filled(let path):
      for name in (try? Directory.names(in: path)) ?? [] { try? Directory.remove("\(path)/\(name)") }
    case .replaced(let path, let old):
      try? Directory.remove(path)
      try? Directory.move(old, to: path)
    case nil: break
    }
    beginning = nil
  }
}
