import RefluxCore
import RefluxIO

/// The stored result of an action that is not training: JSON, and tensors beside it.
struct ActionResult {
  var metricsBytes: Int
  var value: JSON
  var tensors: [(name: String, tensor: Tensor)] = []

  private static let file = "result.json"
  private static let tensorFile = "result.safetensors"

  func write(_ action: Action) throws {
    try Directory.write(action.path) { files in
      let json: JSON = ["name": .string(action.name), "metrics_bytes": .integer(metricsBytes), "value": value]
      try AtomicFile.write(json.text + "\n", to: "\(files)/\(Self.file)")
      if !tensors.isEmpty { try SafetensorsFile.write(tensors, to: "\(files)/\(Self.tensorFile)") }
      try Manifest(of: files).write(to: files)
    }
  }

  init(metricsBytes: Int, value: JSON, tensors: [(name: String, tensor: Tensor)] = []) {
    (self.metricsBytes, self.value, self.tensors) = (metricsBytes, value, tensors)
  }

  init(reading action: Action, on backend: any Backend) throws {
    try Manifest.verifyStage(action.path)
    let fields = try JSONFields(contentsOf: "\(action.path)/\(Self.file)")
    metricsBytes = try fields.required("metrics_bytes", fields.integer)
    value = fields.object["value"] ?? .null
    guard Directory.isTaken("\(action.path)/\(Self.tensorFile)") else { return }
    let file = try SafetensorsFile("\(action.path)/\(Self.tensorFile)")
    tensors = try file.names.map { ($0, try file.tensor($0, on: backend)) }
  }
}

extension Manifest {
  /// Verifies the result of a finished stage, which nothing can stand in for.
  static func verifyStage(_ path: String) throws {
    do {
      try verify(path)
    } catch let damage as DamagedCheckpoint {
      throw RunError("\(damage)\n  remove \(path) to do this stage again")
    }
  }
}
