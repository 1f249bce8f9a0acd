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
/// predictions/validation.jsonl  checkpoint-<step>/  stages/<number>-<name>/  model/
/// ```
public struct RunDirectory: Sendable {
  public let path: String
  private static let recipe = "recipe.yaml"

  /// Checks, before anything is loaded, whether a run may use a directory; nothing is changed.
  ///
  /// - Throws: ``RunError``.
  public init(checking path: String, _ start: RunStart) throws {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    let isRun = Directory.isTaken("\(path)/\(Self.recipe)")
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

  private var isEmptyDirectory: Bool {
    get throws { Directory.exists(path) ? try Directory.names(in: path).isEmpty : false }
  }

  /// Makes the directory with its recipe in one move, or, for a resumed run, checks that it is the same recipe.
  func open(_ start: RunStart, recipe: String) throws {
    guard case .fresh = start else {
      try checkRecipe(recipe)
      return try removeLeftovers()
    }
    let new = path + ".new.tmp"
    do {
      if try isEmptyDirectory { return try fill(path, recipe) }
      try Directory.remove(new)
      try fill(new, recipe)
      try Directory.replace(path, with: new)
    } catch let error as FileError {
      try? Directory.remove(new)
      throw RunError("the run directory \(path) cannot be made: \(error)")
    }
  }

  private func fill(_ directory: String, _ recipe: String) throws {
    try Directory.create("\(directory)/stages")
    try Directory.create("\(directory)/predictions")
    try AtomicFile.write(recipe, to: "\(directory)/\(Self.recipe)")
  }

  private func checkRecipe(_ recipe: String) throws {
    let file = try MappedFile("\(path)/\(Self.recipe)")
    // The same directory may be written differently: `runs/rte`, `./runs/rte`.
    func lines(_ text: String) -> [Substring] {
      text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("output:") }
    }
    let stored = withExtendedLifetime(file) { String(decoding: file.bytes, as: UTF8.self) }
    let (before, now) = (lines(stored), lines(recipe))
    guard
      let line = (0..<max(before.count, now.count)).first(where: { number in
        number >= before.count || number >= now.count || before[number] != now[number]
      })
    else { return }
    func shown(_ lines: [Substring]) -> String {
      line < lines.count ? "'\(lines[line].drop { $0 == " " })'" : "nothing"
    }
    throw RunError(
      """
      this recipe is not the one that \(path) was begun with: its \(Self.recipe) says \(shown(before)), this one \
      \(shown(now))
      """)
  }

  /// What a run that was killed left half-written.
  private func removeLeftovers() throws {
    try Directory.create(stages)
    try Directory.create(predictions)
    for directory in [path, stages, predictions, tables, "\(path)/.."] where Directory.exists(directory) {
      let own = directory.hasSuffix("/..") ? String(path.split(separator: "/").last ?? "") + "." : ""
      for name in try Directory.names(in: directory) where name.hasPrefix(own) && name.hasSuffix(".tmp") {
        try Directory.remove("\(directory)/\(name)")
      }
    }
  }

  var stages: String { "\(path)/stages" }
  var model: String { "\(path)/model" }
  var metrics: String { "\(path)/metrics.jsonl" }
  var tables: String { "\(path)/tables" }
  var predictions: String { "\(path)/predictions" }

  func write(_ json: JSON, to name: String) throws {
    try AtomicFile.write(json.indented() + "\n", to: "\(path)/\(name)")
  }

  /// Whether the run has reached its end.
  public var isFinished: Bool { Directory.isTaken(model) }
}
