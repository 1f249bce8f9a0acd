import RefluxCore
import RefluxIO

extension PipelineTokenizer {
  /// Writes `tokenizer.json`, `tokenizer_config.json`, `special_tokens_map.json` and, for the kinds that have some,
  /// the vocabulary files that the slow tokenizers read.
  public func save(to directory: String) throws {
    func write(_ json: JSON, _ name: String) throws {
      try json.write(to: "\(directory)/\(name)")
    }
    let tokens = parts.model.vocabulary.tokens
    switch (vocabularyFiles, parts.model) {
    case (.words, _):
      try AtomicFile.write(to: "\(directory)/\(ModelFile.wordPieces)") { file in
        for token in tokens { try file.append((token + "\n").utf8) }
      }
    case (.bytePairs, let model as BytePairModel):
      try write(model.vocabulary.description, ModelFile.vocabulary)
      try AtomicFile.write(to: "\(directory)/\(ModelFile.merges)") { file in
        try file.append("#version: 0.2\n".utf8)
        for pair in model.mergePairs { try file.append("\(pair.left) \(pair.right)\n".utf8) }
      }
    default: break
    }
    try write(parts.json, ModelFile.tokenizer)
    try write(.object(savedConfiguration), ModelFile.tokenizerConfiguration)
    let special = TokenizerDirectory.specialKeys.compactMap { key in configuration[key].map { (key, $0) } }
    try write(.object(JSONObject(special)), ModelFile.specialTokens)
  }

  private var savedConfiguration: JSONObject {
    var fields = configuration
    let tokens = parts.addedTokens.sorted { $0.id < $1.id }
    fields["added_tokens_decoder"] = .object(JSONObject(tokens.map { (String($0.id), $0.description) }))
    if pipeline.template.hasSegments { fields["model_input_names"] = RowTemplate.inputNames }
    fields["model_max_length"] = modelMaxLength.map(JSON.integer) ?? .number(1e30)
    return JSONObject(fields.entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
  }
}
