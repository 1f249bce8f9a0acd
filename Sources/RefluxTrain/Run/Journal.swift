import RefluxCore
import RefluxIO

/// One thing a strategy asked the run to do, and where its result is kept.
struct Action {
  /// Counted from 1, in the order of the strategy.
  let number: Int
  let name: String
  /// `stages/001-train`; it appears when the action is finished, complete.
  let path: String

  var isFinished: Bool { Directory.exists(path) }
}

/// The strategy's actions in order; a finished one is read back instead of being done again.
struct Journal {
  private let directory: String
  private var names: Set<String> = []

  init(_ directory: String) { self.directory = directory }

  mutating func next(_ name: String) -> Action {
    precondition(names.insert(name).inserted, "a strategy did two things under the name '\(name)'")
    let number = names.count
    let digits = String(number)
    return Action(
      number: number, name: name,
      path: "\(directory)/\(String(repeating: "0", count: max(0, 3 - digits.count)))\(digits)-\(Self.fileName(name))")
  }

  /// A name with only letters, digits and hyphens.
  static func fileName(_ name: String) -> String {
    String(name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
  }
}

/// The stored result of an action that is not training: JSON, and tensors beside it.
struct ActionResult {
  var metricsBytes: Int
  var value: JSON
  var tensors: [(name: String, tensor: Tensor)] = []

  func write(_ action: Action) throws {
    let temporary = action.path + ".tmp"
    try Directory.remove(temporary)
    try Directory.create(temporary)
    let json: JSON = ["name": .string(action.name), "metrics_bytes": .integer(metricsBytes), "value": value]
    try AtomicFile.write(json.text + "\n", to: "\(temporary)/result.json")
    if !tensors.isEmpty { try SafetensorsFile.write(tensors, to: "\(temporary)/\(Self.tensorFile)") }
    try Manifest(of: temporary).write(to: temporary)
    try Directory.sync(temporary)
    try Directory.replace(action.path, with: temporary)
  }

  init(metricsBytes: Int, value: JSON, tensors: [(name: String, tensor: Tensor)] = []) {
    (self.metricsBytes, self.value, self.tensors) = (metricsBytes, value, tensors)
  }

  init(reading action: Action, on backend: any Backend) throws {
    try Manifest.verifyStage(action.path)
    let fields = try JSONFields(contentsOf: "\(action.path)/result.json")
    metricsBytes = try fields.required("metrics_bytes", fields.integer)
    value = fields.object["value"] ?? .null
    guard Directory.isTaken("\(action.path)/\(Self.tensorFile)") else { return }
    let file = try SafetensorsFile("\(action.path)/\(Self.tensorFile)")
    tensors = try file.names.map { ($0, try file.tensor($0, on: backend)) }
  }

  private static let tensorFile = "result.safetensors"
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
