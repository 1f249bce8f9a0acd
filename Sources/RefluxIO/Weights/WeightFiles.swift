import Foundation
import RefluxCore

/// The weights of a model directory: one file, or the shards that an index lists.
///
/// `model.safetensors` comes first, then `pytorch_model.bin`, of which tensors are read and nothing is executed.
public struct WeightFiles {
  /// What the weights are called where transformers writes them, the first choice first; an index is added to each.
  public static let fileNames = [ModelFile.weights, "pytorch_model.bin"]
  public static let indexSuffix = ".index.json"
  /// Whole files and indices, the first choice first.
  public static var choices: [String] { fileNames.flatMap { [$0, $0 + indexSuffix] } }

  public let directory: String
  private let files: [any TensorFile]
  private let places: [String: Int]

  /// Opens every file and checks that they hold what the index promises.
  ///
  /// - Throws: ``FileError``: no weights in the directory, a file that is damaged or does more than hold tensors, or an
  ///   index that does not fit.
  public init(directory: String) throws {
    self.directory = directory
    let exists = FileManager.default.fileExists(atPath:)
    guard let name = Self.choices.first(where: { exists("\(directory)/\($0)") }) else {
      if AdapterDirectory.isAdapter(directory) { throw AdapterDirectory.isNoModel(directory) }
      throw FileError(directory, "has no weights: neither \(Self.fileNames.joined(separator: " nor ")), nor an index")
    }
    if name.hasSuffix(Self.indexSuffix) {
      (files, places) = try Self.shards(of: "\(directory)/\(name)", in: directory)
    } else {
      let file = try Self.open("\(directory)/\(name)")
      (files, places) = ([file], Dictionary(uniqueKeysWithValues: file.names.map { ($0, 0) }))
    }
  }

  /// Opens a file of weights; its name says which format it is in.
  ///
  /// - Throws: ``FileError``.
  public static func open(_ path: String) throws -> any TensorFile {
    path.hasSuffix(".safetensors") ? try SafetensorsFile(path) : try PickleFile(path)
  }

  private static func shards(of index: String, in directory: String) throws -> ([any TensorFile], [String: Int]) {
    var (files, numbers, places): ([any TensorFile], [String: Int], [String: Int]) = ([], [:], [:])
    for (name, shard) in try shardsByTensor(of: index) {
      if numbers[shard] == nil {
        numbers[shard] = files.count
        files.append(try open(directory + "/" + shard))
      }
      places[name] = numbers[shard]
      guard let number = numbers[shard], files[number].contains(name) else {
        throw FileError(index, "tensor '\(name)' is said to be in '\(shard)', which does not have it")
      }
    }
    return (files, places)
  }

  /// The files that an index needs beside it, sorted.
  ///
  /// - Throws: ``FileError`` if it is damaged, or names files of other directories.
  public static func shardNames(of index: String) throws -> [String] {
    Set(try shardsByTensor(of: index).map(\.shard)).sorted()
  }

  private static func shardsByTensor(of index: String) throws -> [(tensor: String, shard: String)] {
    let fields = try JSONFields(contentsOf: index)
    let map = try fields.required("weight_map", fields.fields)
    return try map.object.keys.map { name in
      let shard = try map.required(name, map.string)
      guard !shard.isEmpty, shard != ".", shard != "..", !shard.contains("/"), !shard.contains("\0") else {
        throw FileError(index, "tensor '\(name)' is said to be in '\(shard)', which is not the name of a file here")
      }
      return (name, shard)
    }
  }

  public var names: [String] { places.keys.sorted() }
  public func contains(_ name: String) -> Bool { places[name] != nil }

  /// The file that holds a tensor.
  public func file(of name: String) throws -> any TensorFile {
    guard let place = places[name] else { throw FileError(directory, "has no tensor '\(name)'") }
    return files[place]
  }
}
