import RefluxCore

/// Keeps what a run notes.
final class NoteLog: Observer {
  private(set) var all: [String] = []
  func observe(_ event: RunEvent) -> Verdict {
    if case .note(let text) = event { all.append(text) }
    return .carryOn
  }
}
