import RefluxCore
import RefluxIO

extension Run {
  /// Finds where a resumed run goes on; what was done after a checkpoint that was asked for is dropped.
  func openCheckpoint() throws {
    guard case .resume(let wanted) = startMode else { return }
    checkpoint = try directory.checkpoint(toResume: wanted)
    guard wanted != nil, let action = try checkpoint?.position.action else { return }
    let names = try Directory.names(in: directory.stages)
    let done = Set(names.compactMap { Int($0.prefix { $0 != "-" }) })
    if let gone = (1..<max(action, 1)).first(where: { !done.contains($0) }) {
      throw RunError(
        """
        \(checkpoint?.path ?? "the checkpoint") belongs to action \(action) of the run, but the result of action \(gone) is \
        not there\(Directory.isTaken(directory.model) ? " (a run that has finished removes them)" : ""); --force starts the run again
        """)
    }
    for name in names {
      if let number = Int(name.prefix { $0 != "-" }), number >= action {
        try Directory.remove("\(directory.stages)/\(name)")
      }
    }
  }

  /// The checkpoint that an unfinished stage goes on from, if there is one; asked for once.
  func takeCheckpoint(for action: Action) throws -> Checkpoint? {
    guard let found = checkpoint else { return nil }
    checkpoint = nil
    let position = try found.position
    if position.action == action.number { return found }
    if case .resume(.some) = startMode {
      throw RunError("\(found.path) is of stage '\(position.stage)', but the result of '\(action.name)' is not there")
    }
    return nil
  }
}
