import RefluxCore
import RefluxIO

/// The weights of a stage's modules: the student as a model directory, everything else in `modules.safetensors`.
enum ModuleFiles {
  private static let others = "modules.safetensors"

  static func write(_ names: [String], of modules: ModuleSet, to directory: String) throws {
    var tensors: [(name: String, tensor: Tensor)] = []
    for name in names {
      if name == "student", let student = modules[name] as? any Model {
        try student.save(to: directory)
      } else if let module = modules[name] {
        tensors += module.parameters.map { ("\(name)/\($0)", $1) }
      }
    }
    if !tensors.isEmpty { try SafetensorsFile.write(tensors, to: "\(directory)/\(others)") }
  }

  /// Replaces every parameter of the modules.
  static func read(_ names: [String], into modules: inout ModuleSet, from directory: String) throws {
    for name in names {
      guard let module = modules[name] else { continue }
      let isStudent = name == "student" && module is any Model
      let file = try SafetensorsFile("\(directory)/\(isStudent ? "model.safetensors" : others)")
      modules[name] = try module.reading(file) { isStudent ? $0 : "\(name)/\($0)" }
    }
  }
}

extension Module {
  /// A copy with every parameter from a file, in the type that it has now.
  fileprivate func reading(_ file: SafetensorsFile, _ stored: (String) -> String) throws -> Self {
    var loaded = Parameters()
    for (name, now) in parameters {
      let shape = try file.shape(of: stored(name))
      guard shape == now.shape else {
        throw FileError(file.path, "tensor '\(stored(name))' has shape \(shape), the model's has \(now.shape)")
      }
      loaded[name] = try file.tensor(stored(name), as: now.dtype, on: now.storage.buffer.backend)
    }
    return replacing(loaded)
  }
}
