import RefluxCore
import RefluxIO

/// A stage that can go on from a directory: weights, optimizer, objective, and where it stood.
///
/// `model.safetensors` and `config.json` are the student's, as transformers loads them; `trainer_state.json` has
/// transformers' fields; `reflux_state.json` and the remaining tensors are what an exact resume needs besides.
struct Checkpoint {
  static let stateFile = "reflux_state.json"
  private static let optimizerFile = "optimizer.safetensors"
  private static let otherTensorsFile = "state.safetensors"
  private static let version = 1
  let path: String

  /// Opens a checkpoint after checking every byte of it.
  ///
  /// - Throws: ``DamagedCheckpoint``.
  init(verifying path: String) throws {
    try Manifest.verify(path)
    self.path = path
  }

  /// Opens a checkpoint that was verified before.
  init(path: String) { self.path = path }

  /// Writes a checkpoint under a temporary name, waits until it is on disk, and gives it its name.
  static func write(
    _ state: StageState, _ position: StagePosition, optimizers withOptimizers: Bool, streams: BatchStreams,
    observers: [RunState], seed: UInt64, trainerState: JSON, tokenizer: (any Tokenizer)?, to path: String
  ) throws {
    try Directory.write(path) { files in
      try ModuleFiles.write(state.savedModules, of: state.modules, to: files)
      try tokenizer?.save(to: files)

      var (learning, rest) = (RunStateEncoder(), RunStateEncoder())
      let names = withOptimizers ? state.learners.keys.sorted() : []
      let optimizers = names.map { name in
        (name, learning.encode(state.learners[name]?.optimizer.state() ?? .nothing, at: name))
      }
      let json: JSON = [
        "version": .integer(version), "seed": .string(String(seed)),
        "position": position.json,
        "step": .integer(state.progress.step), "total_steps": .integer(state.progress.totalSteps),
        "optimizers": .object(JSONObject(optimizers)),
        "objective": rest.encode(state.objective.state(), at: "objective"),
        "streams": rest.encode(streams.state(), at: "streams"),
        "observers": rest.encode(.list(observers), at: "observers"),
      ]
      try SafetensorsFile.write(learning.tensors, to: "\(files)/\(optimizerFile)")
      try SafetensorsFile.write(rest.tensors, to: "\(files)/\(otherTensorsFile)")
      try json.write(to: "\(files)/\(stateFile)")
      try trainerState.write(to: "\(files)/\(TrainerHistory.file)")
      try Manifest(of: files).write(to: files)
    }
  }

  /// Where the stage stood.
  var position: StagePosition {
    get throws {
      let fields = try fields
      return try StagePosition(fields.required("position", fields.fields))
    }
  }

  /// What `trainer_state.json` holds.
  var trainerState: JSON { get throws { try JSON(contentsOf: "\(path)/\(TrainerHistory.file)") } }

  /// Puts everything back; the state must come from the same recipe.
  func restore(
    _ state: inout StageState, streams: BatchStreams, observers: inout [any Observer], seed: UInt64,
    on backend: any Backend
  ) throws {
    let fields = try fields
    let saved = try fields.required("seed", fields.string)
    guard saved == String(seed) else { throw mismatch("the stage's seed is \(seed), the checkpoint's \(saved)") }
    let total = try fields.required("total_steps", fields.integer)
    guard total == state.progress.totalSteps else {
      throw mismatch("the stage has \(state.progress.totalSteps) steps, the checkpoint's \(total)")
    }
    try restoreWeights(&state, on: backend)
    let learning = try RunStateDecoder(
      path: "\(path)/\(Self.stateFile)", tensorsOf: "\(path)/\(Self.optimizerFile)", on: backend)
    let rest = try RunStateDecoder(
      path: "\(path)/\(Self.stateFile)", tensorsOf: "\(path)/\(Self.otherTensorsFile)", on: backend)
    do {
      for (name, json) in try fields.required("optimizers", fields.fields).object.entries {
        try state.learners[name]?.optimizer.restore(try learning.decode(json))
      }
      try streams.restore(try rest.decode(fields.object["streams"] ?? .null))
      try restore(&observers, try rest.decode(fields.object["observers"] ?? .null).list())
    } catch let error as RunStateError {
      throw mismatch(error.description)
    }
    state.progress.step = try fields.required("step", fields.integer)
  }

  /// Puts back what answers: the modules and the objective.
  func restoreWeights(_ state: inout StageState, on backend: any Backend) throws {
    try ModuleFiles.read(state.savedModules, into: &state.modules, from: path)
    let decoder = try RunStateDecoder(
      path: "\(path)/\(Self.stateFile)", tensorsOf: "\(path)/\(Self.otherTensorsFile)", on: backend)
    do {
      try state.objective.restore(try decoder.decode(fields.object["objective"] ?? .null))
    } catch let error as RunStateError {
      throw mismatch(error.description)
    }
  }

  private func restore(_ observers: inout [any Observer], _ states: [RunState]) throws {
    let stateful = observers.indices.filter { !observers[$0].state().isNothing }
    guard stateful.count == states.count else {
      throw mismatch("\(stateful.count) observers remember something, in the checkpoint \(states.count)")
    }
    for (index, state) in zip(stateful, states) { try observers[index].restore(state) }
  }

  private var fields: JSONFields {
    get throws {
      let fields = try JSONFields(contentsOf: "\(path)/\(Self.stateFile)")
      let version = try fields.required("version", fields.integer)
      guard version == Self.version else {
        throw mismatch("its format is \(version), which this version of reflux does not read; it reads \(Self.version)")
      }
      return fields
    }
  }

  private func mismatch(_ message: String) -> FileError { FileError(path, "does not belong to this run: \(message)") }
}
