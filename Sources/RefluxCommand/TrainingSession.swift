import RefluxCPU
import RefluxCore
import RefluxIO
import RefluxTrain

/// One run with its display: what `train` and `quickstart` have in common.
struct TrainingSession {
  let recipe: Recipe
  let directory: RunDirectory
  let start: RunStart
  let backend: CPUBackend
  let display: ProgressDisplay
  let isQuiet: Bool

  init(_ recipe: Recipe, _ directory: RunDirectory, _ start: RunStart, backend: CPUBackend, quiet: Bool) {
    (self.recipe, self.directory, self.start, self.backend) = (recipe, directory, start, backend)
    display = ProgressDisplay(on: .standardError(), quiet: quiet)
    isQuiet = quiet
  }

  /// Trains to the end; Ctrl-C stops it after the step at hand.
  func run() throws -> RunResults {
    Interruption.watchSignals()
    if !isQuiet { try Output.remark("\(backend.diagnostics.summary), seed \(recipe.seed)") }
    if let warning = backend.diagnostics.warning { try Output.remark("note: \(warning)") }
    var setup = RunSetup(recipe, on: backend, checkpoints: HubAccess(quiet: isQuiet).finder)
    setup.observers = [display]
    setup.interruption = .signals
    defer { display.clear() }
    do { return try Run.carryOut(setup, in: directory, start) } catch let stop as Interrupted {
      display.clear()
      throw Failure(stop.description, .interrupted)
    }
  }
}

extension RunResults {
  /// For programs: what training took, and the scores by split.
  var json: JSONObject {
    var fields = JSONObject([
      ("steps", .integer(steps)), ("seconds", .number(seconds)),
      ("tokens_per_second", .number(tokensPerSecond)),
    ])
    fields["scores"] = .object(
      JSONObject(
        scores.map { split, scores in
          (split.rawValue, .object(JSONObject(scores.map { ($0.name, .number($0.value)) })))
        }))
    if !recorded.isEmpty { fields["recorded"] = .object(JSONObject(recordedFields)) }
    return fields
  }

  /// For people.
  func text(_ directory: RunDirectory) -> String {
    var lines = scores.map { split, scores in
      "\(split.rawValue): " + scores.map { "\($0.name) \(decimals($0.value, 4))" }.joined(separator: ", ")
    }
    let speed = seconds > 0 ? ", \(grouped(tokensPerSecond)) tokens/s" : ""
    lines.append("\(count(steps, "step")) in \(duration(seconds))\(speed)")
    lines.append("run: \(directory.path)   model: \(directory.path)/model")
    return lines.joined(separator: "\n")
  }
}
