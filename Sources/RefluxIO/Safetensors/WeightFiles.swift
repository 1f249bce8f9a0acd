import Foundation
import RefluxCore

/// The weights of a model directory: `model.safetensors`, or the shards that `model.safetensors.index.json` lists.
public struct WeightFiles {
  public let directory: String
  private let files: [SafetensorsFile]
  private let places: [String: Int]

  /// Opens every file and checks that they hold what the index promises.
  ///
  /// - Throws: ``FileError``: no weights in the directory, only a PyTorch pickle, or an index that does not fit.
  public init(directory: String) throws {
    self.directory = directory
    let (single, index) = (directory + "/model.safetensors", directory + "/model.safetensors.index.json")
    let exists = FileManager.default.fileExists(atPath:)
    if exists(single) {
      let file = try SafetensorsFile(single)
      (files, places) = ([file], Dictionary(uniqueKeysWithValues: file.names.map { ($0, 0) }))
    } else if exists(index) {
      (files, places) = try Self.shards(of: index, in: directory)
    } else if exists(directory + "/pytorch_model.bin") || exists(directory + "/pytorch_model.bin.index.json") {
      throw FileError(
        directory,
        "has only pytorch_model.bin; weights are read from model.safetensors, which transformers writes with save_pretrained"
      )
    } else {
      throw FileError(directory, "has no weights: neither model.safetensors nor model.safetensors.index.json")
    }
  }

  private static func shards(of index: String, in directory: String) throws -> ([SafetensorsFile], [String: Int]) {
    let fields = try JSONFields(contentsOf: index)
    let map = try fields.required("weight_map", fields.fields)
    var (files, numbers, places): ([SafetensorsFile], [String: Int], [String: Int]) = ([], [:], [:])
    for name in map.object.keys {
      let shard = try map.required(name, map.string)
      guard !shard.isEmpty, shard != ".", shard != "..", !shard.contains("/"), !shard.contains("\0") else {
        throw FileError(index, "tensor '\(name)' is said to be in '\(shard)', which is not the name of a file here")
      }
      if numbers[shard] == nil {
        numbers[shard] = files.count
        files.append(try SafetensorsFile(directory + "/" + shard))
      }
      places[name] = numbers[shard]
      guard let number = numbers[shard], files[number].contains(name) else {
        throw FileError(index, "tensor '\(name)' is said to be in '\(shard)', which does not have it")
      }
    }
    return (files, places)
  }

  public var names: [String] { places.keys.sorted() }
  public func contains(_ name: String) -> Bool { places[name] != nil }

  /// The file that holds a tensor.
  public func file(of name: String) throws -> SafetensorsFile {
    guard let place = places[name] else { throw FileError(directory, "has no tensor '\(name)'") }
    return files[place]
  }
}
