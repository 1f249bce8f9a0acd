import Foundation
import RefluxCore
import RefluxIO

/// A directory that holds a tokenizer, and what its small files say: `tokenizer_config.json`,
/// `special_tokens_map.json`, `added_tokens.json` and the model type in `config.json`.
struct TokenizerDirectory {
  let path: String
  /// The names of the files in it.
  let files: Set<String>
  /// `tokenizer_config.json`; no fields if it is not there.
  let configuration: JSONFields
  /// `tokenizer_class` without `Fast`.
  let tokenizerClass: String?
  let modelType: String?
  /// `vocab_size` in `config.json`.
  let vocabularySize: Int?
  /// `model_max_length`; `nil` when there is no limit.
  let modelMaxLength: Int?
  /// `truncation_side`: whether a text that is too long loses its beginning and not its end.
  let truncatesLeft: Bool
  /// What a special token is called, by the key that Hugging Face's files have: `mask_token`.
  private(set) var special: [String: String] = [:]
  /// Tokens beside those of the model, in order of their ids.
  private(set) var addedTokens: [AddedToken] = []
  /// Special tokens whose text was given with their manner (`lstrip`, …), but without an id.
  private(set) var described: [AddedToken] = []
  /// `additional_special_tokens`, without ids.
  private(set) var moreSpecial: [AddedToken] = []

  static let specialKeys = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  /// Reads the small files.
  ///
  /// - Throws: ``FileError`` naming the file, and the key whose value is of the wrong kind.
  init(_ path: String) throws {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw FileError(path, "there is no such directory to load a tokenizer from")
    }
    (self.path, files) = (path, Set(names))
    func fields(_ name: String) throws -> JSONFields? {
      names.contains(name) ? try JSONFields(contentsOf: "\(path)/\(name)") : nil
    }
    configuration =
      try fields(ModelFile.tokenizerConfiguration)
      ?? JSONFields(.object(JSONObject()), path: "\(path)/\(ModelFile.tokenizerConfiguration)")
    tokenizerClass = try configuration.string("tokenizer_class").map {
      $0.hasSuffix("Fast") ? String($0.dropLast(4)) : $0
    }
    let model = try fields(ModelFile.configuration)
    modelType = try model?.string("model_type")
    vocabularySize = try model?.integer("vocab_size")
    // transformers writes 1e30 for "no limit".
    modelMaxLength = try configuration.number("model_max_length").flatMap { $0 < 1e9 ? Int(max($0, 0)) : nil }
    let side = try configuration.string("truncation_side") ?? "right"
    guard ["left", "right"].contains(side) else {
      throw FileError(configuration.path, "'truncation_side' wants left or right, but is '\(side)'")
    }
    truncatesLeft = side == "left"
    let map = try fields(ModelFile.specialTokens)
    try readAddedTokens(fields(ModelFile.addedTokens))
    // Where the configuration lists all added tokens it has the last word, as in transformers.
    let isComplete = configuration.object["added_tokens_decoder"] != nil
    for source in isComplete ? [map, configuration] : [configuration, map] {
      guard let source else { continue }
      try readSpecial(source)
      try readMoreSpecial(source)
    }
  }

  func has(_ name: String) -> Bool { files.contains(name) }
  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// A token with the manner that these files give it; `nil` if they do not say.
  func manner(of text: String) -> AddedToken? {
    addedTokens.first { $0.text == text } ?? described.first { $0.text == text }
  }

  private mutating func readSpecial(_ fields: JSONFields) throws {
    for key in Self.specialKeys {
      if let object = fields.object[key]?.object {
        let token = try AddedToken(JSONFields(.object(object), path: fields.path), id: -1)
        special[key] = token.text
        described.removeAll { $0.text == token.text }
        described.append(token)
      } else if let text = try fields.string(key) {
        special[key] = text
      }
    }
  }

  private mutating func readMoreSpecial(_ fields: JSONFields) throws {
    guard let tokens = try fields.array("additional_special_tokens") else { return }
    moreSpecial = try tokens.map { token in
      if let text = token.string { return AddedToken(text: text, id: -1) }
      return try AddedToken(JSONFields(token, path: fields.path), id: -1)
    }
  }

  /// Reads `added_tokens_decoder`: `{"100": {"content": "[UNK]", …}}`, or else `added_tokens.json`: `{"[UNK]": 100}`.
  private mutating func readAddedTokens(_ file: JSONFields?) throws {
    if let decoder = try configuration.fields("added_tokens_decoder") {
      addedTokens = try decoder.object.keys.map { key in
        guard let id = Int32(key), id >= 0, let token = try decoder.fields(key) else {
          throw FileError(configuration.path, "'added_tokens_decoder.\(key)' wants a token id as its key")
        }
        return try AddedToken(token, id: id)
      }
    } else if let file {
      addedTokens = try file.object.keys.map { text in
        let id = try file.required(text, file.integer)
        guard id >= 0, let id = Int32(exactly: id) else { throw FileError(file.path, "'\(text)' wants a token id") }
        return AddedToken(text: text, id: id, isNormalized: true, isSpecial: false)
      }
    }
    addedTokens.sort { $0.id < $1.id }
  }
}
