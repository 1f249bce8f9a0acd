import RefluxIO

/// How a run treats a directory that may be there already.
public enum RunStart: Sendable, Equatable {
  /// A new run; refused if there is something of that name, unless `force` removes it.
  case fresh(force: Bool)
  /// Goes on from the newest checkpoint, or from a given one (its directory's name or path).
  case resume(from: String?)
}

/// Where a run keeps what it writes.
///
/// ```
/// recipe.yaml  metrics.jsonl  eval_results.json  all_results.json  trainer_state.json
/// predictions/validation.jsonl  checkpoint-<step>/  stages/<number>-<name>/  cache/  model/
/// ```
public struct RunDirectory: Sendable {
  public let path: String
  static let recipe = "recipe.yaml"
  static let stages = "stages"
  static let predictions = "predictions"
  static let cache = "cache"

  /// Checks, before anything is loaded, whether a run may use a directory; nothing is changed.
  ///
  /// - Throws: ``RunError``.
  public init(checking path: String, _ start: RunStart) throws {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    try check(start)
  }

  func check(_ start: RunStart) throws {
    let isRun = Directory.isTaken(recipeFile)
    if isRun, FileLock.isHeld(recipeFile) { throw inUse }
    switch start {
    case .resume(let wanted):
      guard isRun else { throw RunError("there is no run to resume in \(path): it has no \(Self.recipe)") }
      guard wanted != nil || !isFinished else {
        throw RunError("the run in \(path) has finished: there is nothing to resume")
      }
    case .fresh(let force):
      guard Directory.isTaken(path), try !isEmptyDirectory else { return }
      guard force else {
        throw RunError(
          isRun
            ? "\(path) holds a run already; --resume goes on with it, --force starts again and removes it"
            : "\(path) exists and is not a run directory; choose another one")
      }
      guard isRun else { throw RunError("\(path) exists and is not a run directory, so --force does not remove it") }
    }
  }

  /// Somebody else is at work here.
  var inUse: RunError {
    RunError("\(path) is in use: another run is going on there; wait until it ends, or choose another directory")
  }

  var isEmptyDirectory: Bool {
    get throws { Directory.exists(path) ? try Directory.names(in: path).isEmpty : false }
  }

  var recipeFile: String { "\(path)/\(Self.recipe)" }
  /// Token ids of the data (``TokenCache``).
  var cache: String { "\(path)/\(Self.cache)" }
  var stages: String { "\(path)/\(Self.stages)" }
  var model: String { "\(path)/model" }
  var metrics: String { "\(path)/metrics.jsonl" }
  var tables: String { "\(path)/tables" }
  var predictions: String { "\(path)/\(Self.predictions)" }

  func write(_ json: JSON, to name: String) throws {
    try json.finite.write(to: "\(path)/\(name)")
  }

  /// Whether the run has reached its end; its last act is to let go of the results of its stages.
  public var isFinished: Bool { Directory.isTaken(model) && !Directory.isTaken(stages) }
}
