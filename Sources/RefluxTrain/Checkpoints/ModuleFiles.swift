import RefluxCore
import RefluxIO

/// The weights of a stage's modules: the student as a model directory, everything else in `modules.safetensors`.
enum ModuleFiles {
  private static let others = "modules.safetensors"

  static func write(_ names: [String], of modules: ModuleSet, to directory: String) throws {
    var tensors: [(name: String, tensor: Tensor)] = []
    for name in names {
      if name == ModelRole.student, let student = modules[name] as? any Model {
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
      if name == ModelRole.student, let student = modules[name] as? any Model {
        modules[name] = try student.reading(from: directory, student.place)
      } else if let module = modules[name] {
        modules[name] = try module.reading(from: directory) { (others, "\(name)/\($0)") }
      }
    }
  }
}

extension Module {
  /// A copy with every parameter from where it was saved, in the type that it has now.
  fileprivate func reading(
    from directory: String, _ place: (String) -> (file: String, name: String)
  ) throws -> Self {
    var files: [String: SafetensorsFile] = [:]
    var loaded = Parameters()
    for (name, now) in parameters {
      let place = place(name)
      let file = try files[place.file] ?? SafetensorsFile("\(directory)/\(place.file)")
      files[place.file] = file
      let shape = try file.shape(of: place.name)
      guard shape == now.shape else {
        throw FileError(file.path, "tensor '\(place.name)' has shape \(shape), the model's has \(now.shape)")
      }
      loaded[name] = try file.tensor(place.name, as: now.dtype, on: now.backend)
    }
    return replacing(loaded)
  }
}
