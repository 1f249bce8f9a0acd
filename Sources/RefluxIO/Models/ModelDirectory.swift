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
    guard FileManager.default.fileExists(atPath: path + "/config.json") else {
      if AdapterDirectory.isAdapter(path) { throw AdapterDirectory.isNoModel(path) }
      throw FileError(path, "is not a model directory: it has no config.json")
    }
    return try JSONFields(contentsOf: path + "/config.json")
  }

  /// The fields of `generation_config.json`; `nil` where there is none.
  ///
  /// - Throws: ``FileError`` if the file is broken.
  public func generationConfiguration() throws -> JSONFields? {
    let file = path + "/generation_config.json"
    return FileManager.default.fileExists(atPath: file) ? try JSONFields(contentsOf: file) : nil
  }

  /// Writes `model.safetensors` and `config.json`, creating the directory if need be.
  ///
  /// - Throws: ``FileError`` when the disk is full or the directory not writable.
  public func write(configuration: JSONObject, parameters: Parameters) throws {
    try Directory.create(path)
    try SafetensorsFile.write(parameters.map { ($0.0, $0.1) }, to: path + "/model.safetensors")
    try write(configuration: configuration)
  }

  /// Writes `config.json` alone, creating the directory if need be.
  ///
  /// - Throws: ``FileError`` when the disk is full or the directory not writable.
  public func write(configuration: JSONObject) throws {
    try Directory.create(path)
    let sorted = JSONObject(configuration.entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    try AtomicFile.write(JSON.object(sorted).indented() + "\n", to: path + "/config.json")
  }
}
