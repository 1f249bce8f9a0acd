import Foundation
import RefluxCore

/// A directory as the Hugging Face hub has it: `config.json`, weights, tokenizer files.
public struct ModelDirectory: Sendable {
  public let path: String
  public init(_ path: String) { self.path = path }

  /// The fields of `config.json`.
  ///
  /// - Throws: ``FileError`` if the directory or the file is missing or broken.
  public func configuration() throws -> JSONFields {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw FileError(path, "there is no such directory")
    }
    guard isDirectory.boolValue else { throw FileError(path, "is not a directory") }
    let file = "\(path)/\(ModelFile.configuration)"
    guard FileManager.default.fileExists(atPath: file) else {
      if AdapterDirectory.isAdapter(path) { throw AdapterDirectory.isNoModel(path) }
      throw FileError(path, "is not a model directory: it has no \(ModelFile.configuration)")
    }
    return try JSONFields(contentsOf: file)
  }

  /// The fields of `generation_config.json`; `nil` where there is none.
  ///
  /// - Throws: ``FileError`` if the file is broken.
  public func generationConfiguration() throws -> JSONFields? {
    let file = "\(path)/\(ModelFile.generationConfiguration)"
    return FileManager.default.fileExists(atPath: file) ? try JSONFields(contentsOf: file) : nil
  }

  /// Writes `model.safetensors` and `config.json`, creating the directory if need be.
  ///
  /// - Throws: ``FileError`` when the disk is full or the directory not writable.
  public func write(configuration: JSONObject, parameters: Parameters) throws {
    try Directory.create(path)
    try SafetensorsFile.write(parameters.map { ($0.0, $0.1) }, to: "\(path)/\(ModelFile.weights)")
    try write(configuration: configuration)
  }

  /// Writes `config.json` alone, creating the directory if need be.
  ///
  /// - Throws: ``FileError`` when the disk is full or the directory not writable.
  public func write(configuration: JSONObject) throws {
    try Directory.create(path)
    try JSON.object(configuration.sorted).write(to: "\(path)/\(ModelFile.configuration)")
  }
}
