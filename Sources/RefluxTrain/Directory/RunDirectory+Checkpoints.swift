import RefluxIO

extension RunDirectory {
  private static let checkpointPrefix = "checkpoint-"

  /// A checkpoint's name, as transformers' Trainer has it.
  static func checkpointName(_ step: Int) -> String { "\(checkpointPrefix)\(step)" }

  func checkpoint(_ step: Int) -> String { "\(path)/\(Self.checkpointName(step))" }

  /// Steps that have a checkpoint, ascending.
  var checkpointSteps: [Int] {
    get throws {
      try Directory.names(in: path).compactMap { name in
        name.hasPrefix(Self.checkpointPrefix) ? Int(name.dropFirst(Self.checkpointPrefix.count)) : nil
      }.sorted()
    }
  }

  /// Removes the oldest checkpoints beyond `keep`, but never `best`.
  func removeCheckpoints(keeping keep: Int, best: Int?) throws {
    let steps = try checkpointSteps.filter { $0 != best }
    for step in steps.dropLast(keep) { try Directory.discard(checkpoint(step)) }
  }

  /// Removes checkpoints that lie ahead of where a run goes on.
  func removeCheckpoints(after step: Int) throws {
    for later in try checkpointSteps where later > step { try Directory.discard(checkpoint(later)) }
  }

  /// The checkpoint a resumed run goes on from: the newest, or the one that was asked for.
  ///
  /// - Throws: ``RunError`` when it is damaged, with the file, both sums, and how to use the one before it.
  func checkpoint(toResume wanted: String?) throws -> Checkpoint? {
    let steps = try checkpointSteps
    guard let wanted else {
      guard let newest = steps.last else { return nil }
      return try verified(newest, steps)
    }
    let name = wanted.split(separator: "/").last.map(String.init) ?? wanted
    guard let step = steps.first(where: { Self.checkpointName($0) == name || String($0) == name }) else {
      let list = steps.isEmpty ? "none" : steps.map(Self.checkpointName).joined(separator: ", ")
      throw RunError("\(path) has no checkpoint '\(name)'; there are: \(list)")
    }
    return try verified(step, steps)
  }

  private func verified(_ step: Int, _ steps: [Int]) throws -> Checkpoint {
    do {
      return try Checkpoint(verifying: checkpoint(step))
    } catch let damage as DamagedCheckpoint {
      let before = steps.last { $0 < step }
      let way =
        before.map { "--resume-from \(Self.checkpointName($0)) goes on from the checkpoint before it" }
        ?? "there is no checkpoint before it; --force starts the run again"
      throw RunError("\(damage)\n  \(way)")
    }
  }
}
