import Synchronization

/// Remarks on a recipe that is right: names that were understood but are called something else here.
public final class RecipeNotes: Sendable {
  private let notes = Mutex<[Problem]>([])
  public init() {}

  public func add(_ note: Problem) { notes.withLock { $0.append(note) } }
  public var all: [Problem] { notes.withLock { $0 } }
}
