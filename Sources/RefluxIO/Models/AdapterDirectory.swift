import Foundation
import RefluxCore

/// An adapter as PEFT keeps it: `adapter_config.json` and `adapter_model.safetensors`, and where its model is.
///
/// Those that Reflux writes also have the tokenizer, and the model's `config.json` in a folder.
public struct AdapterDirectory: Sendable {
  public static let configurationFile = "adapter_config.json"
  public static let weightsFile = "adapter_model.safetensors"
  /// What the tensors may be in, the first choice first.
  public static let weightsFiles = [weightsFile, "adapter_model.bin"]
  /// What PEFT puts in front of the names of the model underneath.
  public static let prefix = "base_model.model."

  public let path: String
  public init(_ path: String) { self.path = path }

  /// Whether a directory holds an adapter and not a model.
  public static func isAdapter(_ path: String) -> Bool { Directory.isTaken("\(path)/\(configurationFile)") }

  /// What is said when an adapter stands where a model should.
  static func isNoModel(_ path: String) -> FileError {
    FileError(
      path, "is an adapter and no model; write the model's checkpoint, and adapter: { type: lora, checkpoint: … }")
  }

  /// The fields of `adapter_config.json`.
  ///
  /// - Throws: ``FileError`` if the directory or the file is missing or broken.
  public func configuration() throws -> JSONFields {
    guard Directory.exists(path) else { throw FileError(path, "there is no such directory") }
    guard Self.isAdapter(path) else {
      throw FileError(path, "is not an adapter directory: it has no \(Self.configurationFile)")
    }
    return try JSONFields(contentsOf: "\(path)/\(Self.configurationFile)")
  }

  /// The model that the adapter was trained on: a path relative to the adapter's directory or to the working directory.
  public func base() throws -> String {
    let fields = try configuration()
    let name = try fields.required("base_model_name_or_path", fields.string)
    let beside = "\(path)/\(name)"
    return !name.hasPrefix("/") && Directory.exists(beside) ? beside : name
  }

  /// Where Reflux puts the `config.json` of the model as it was trained: its layers, its head, its labels.
  ///
  /// In a folder of its own: beside the adapter, transformers would take it for that of a whole model.
  public var configurationDirectory: String { "\(path)/base_model" }

  /// The folder with the model's `config.json`; `nil` in what PEFT wrote.
  public var modelConfiguration: String? {
    Directory.isTaken("\(configurationDirectory)/\(ModelFile.configuration)") ? configurationDirectory : nil
  }

  /// The tensors.
  ///
  /// - Throws: ``FileError`` if there are none that can be read.
  public func weights() throws -> any TensorFile {
    let names = Self.weightsFiles
    guard let name = names.first(where: { Directory.isTaken("\(path)/\($0)") }) else {
      throw FileError(path, "has no weights: neither \(names.joined(separator: " nor "))")
    }
    return try WeightFiles.open("\(path)/\(name)")
  }

  /// How many outputs the head has that comes with the adapter, if one does.
  public func headOutputs() throws -> Int? {
    let weights = try weights()
    let head = weights.names.first { name in
      ["classifier.weight", "classifier.out_proj.weight", "score.weight"].contains { name.hasSuffix(".\($0)") }
    }
    return try head.map { try weights.shape(of: $0)[0] }
  }

  /// Writes both files, creating the directory if need be; names are the model's, with their ``prefix``.
  public func write(configuration: JSONObject, parameters: [(name: String, tensor: Tensor)]) throws {
    try Directory.create(path)
    try SafetensorsFile.write(parameters, to: "\(path)/\(Self.weightsFile)")
    try JSON.object(configuration.sorted).write(to: "\(path)/\(Self.configurationFile)")
  }
}
