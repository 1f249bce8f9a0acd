import RefluxCore
import RefluxIO

extension SentencePieceTokenizer {
  /// Writes the model file, `tokenizer_config.json` and `special_tokens_map.json`, and the `tokenizer.json` that came
  /// with them, if one did.
  public func save(to directory: String) throws {
    for file in files { try AtomicFile.write(to: "\(directory)/\(file.name)") { try $0.append(file.bytes) } }
  }

  /// The files to save: what was loaded, with what was understood by default written out.
  static func files(
    _ directory: TokenizerDirectory, _ family: SentencePieceFamily, _ model: [UInt8], _ special: SpecialVocabulary,
    _ settings: [(String, JSON)]
  ) throws -> [(name: String, bytes: [UInt8])] {
    var configuration = directory.configuration.object
    for (key, value) in settings { configuration[key] = value }
    var map = JSONObject()
    for key in TokenizerDirectory.specialKeys {
      guard let text = special.texts[key] else { continue }
      (configuration[key], map[key]) = (.string(text), .string(text))
    }
    configuration["added_tokens_decoder"] = .object(
      JSONObject(special.addedTokens.map { (String($0.id), $0.description) }))
    if configuration["model_max_length"] == nil { configuration["model_max_length"] = .number(1e30) }
    func text(_ json: JSONObject) -> [UInt8] { Array(JSON.object(json).fileText.utf8) }
    var files = [
      (family.file, model), (ModelFile.tokenizerConfiguration, text(configuration)),
      (ModelFile.specialTokens, text(map)),
    ]
    if directory.has(ModelFile.tokenizer) {
      files.append((ModelFile.tokenizer, try MappedFile.contents(of: directory.file(ModelFile.tokenizer))))
    }
    return files
  }
}
