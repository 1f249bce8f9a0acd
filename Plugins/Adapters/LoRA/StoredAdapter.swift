import RefluxCore
import RefluxIO

/// The tensors of an adapter directory under the names that the model gives them.
struct StoredAdapter: ParameterSource {
  let directory: AdapterDirectory
  private let file: any TensorFile
  let backend: any Backend
  /// The name in the file, by the model's name.
  private let places: [String: String]

  init(_ directory: AdapterDirectory, on backend: any Backend) throws {
    (self.directory, self.backend) = (directory, backend)
    file = try directory.weights()
    places = Dictionary(file.names.map { (Self.modelName($0), $0) }) { first, _ in first }
  }

  /// Sorted.
  var names: [String] { places.keys.sorted() }

  /// What the model calls a tensor of the file.
  private static func modelName(_ stored: String) -> String {
    var name = stored
    if name.hasPrefix(AdapterDirectory.prefix) { name.removeFirst(AdapterDirectory.prefix.count) }
    for (part, plain) in [
      (".modules_to_save.default.", "."), (".modules_to_save.", "."), (".base_layer.", "."),
      (".lora_A.default.", ".lora_A."), (".lora_B.default.", ".lora_B."),
    ] {
      name = name.replacing(part, with: plain)
    }
    return name
  }

  /// The paths of the maps that have an update, sorted.
  var adaptedPaths: [String] {
    names.filter { $0.hasSuffix("." + LowRankAdapter.downName) }.map {
      String($0.dropLast(LowRankAdapter.downName.count + 1))
    }
  }

  /// The rank of a map's update.
  func rank(of path: String) throws -> Int {
    let name = "\(path).\(LowRankAdapter.downName)"
    guard let rank = try file.shape(of: places[name] ?? name).first else {
      throw FileError(file.path, "tensor '\(name)' has no rows")
    }
    return rank
  }

  func parameter(_ name: String, _ shape: Shape, _: Initialization) throws -> Tensor {
    guard let stored = places[name] else {
      throw FileError(file.path, "has no tensor '\(AdapterDirectory.prefix)\(name)'")
    }
    let found = try file.shape(of: stored)
    guard found == shape else {
      throw FileError(file.path, "tensor '\(stored)' has shape \(found), and the model makes it \(shape)")
    }
    return try file.tensor(stored, as: .float32, on: backend)
  }

  /// Checks that the file holds nothing that the model has no place for.
  ///
  /// - Parameters:
  ///   - used: The names of the parameters that are read.
  ///   - sharedNames: Second names of the model's parameters, under which a file holds them again.
  /// - Throws: ``FileError`` naming the first such tensor, or those that differ and are one weight in the model.
  func requireUse(of used: Set<String>, _ sharedNames: [(second: String, first: String)]) throws {
    let shared = sharedNames.filter { used.contains($0.first) }
    let known = used.union(shared.map(\.second))
    let strangers = names.filter { !known.contains($0) }
    if let first = strangers.first {
      let more = strangers.count > 1 ? " and \(strangers.count - 1) more" : ""
      let reason = Self.reason(strangers, sharedNames).map { ": \($0)" } ?? ""
      throw FileError(file.path, "the model has no place for '\(places[first] ?? first)'\(more)\(reason)")
    }
    for (second, first) in shared {
      guard let place = places[first] else { continue }
      let both = "in the model they are one weight (tied embeddings)"
      guard let copy = places[second] else {
        throw FileError(file.path, "has '\(place)' without '\(AdapterDirectory.prefix)\(second)', and \(both)")
      }
      let values = try [place, copy].map { try file.tensor($0, as: .float32, on: backend).floats }
      guard values[0] == values[1] else { throw FileError(file.path, "'\(place)' and '\(copy)' differ, and \(both)") }
    }
  }

  /// Why some tensors are not read, if it can be told from their names.
  private static func reason(_ strangers: [String], _ sharedNames: [(second: String, first: String)]) -> String? {
    if strangers.contains(where: { $0.contains(".lora_embedding_") }) { return "updates of embeddings cannot be read" }
    if strangers.contains(where: { $0.contains("lm_head.lora_") }) { return "updates of an output head cannot be read" }
    return sharedNames.first { strangers.contains($0.second) }.map { "its head is \($0.first.module.lastName)" }
  }
}
