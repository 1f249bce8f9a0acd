import Foundation
import RefluxCore
import RefluxIO

/// LLaMA-3's `tokenizer.model`: a token in Base64 and its rank on every line.
enum Tiktoken {
  /// Whether a file is of this kind and not a SentencePiece model, which has the same name.
  static func isOne(_ path: String) throws -> Bool {
    try MappedFile(path).withBytes { bytes in
      let line = bytes.prefix(4096).prefix { $0 != 0x0A }
      return !line.isEmpty && line.contains(0x20) && line.allSatisfy { (0x20..<0x7F).contains($0) || $0 == 0x0D }
    }
  }

  /// Loads it with the special tokens that `tokenizer_config.json` lists, or else those of LLaMA-3.
  ///
  /// - Throws: ``FileError`` naming the line that is broken.
  static func load(_ directory: TokenizerDirectory) throws -> PipelineTokenizer {
    let path = directory.file(ModelFile.llamaPieces)
    let vocabulary = try vocabulary(path)
    var settings = BytePairModel.Settings()
    settings.ignoresMerges = true
    let model = BytePairModel(vocabulary, merges: merges(vocabulary), settings, readsBytes: true)
    var added = directory.addedTokens
    if added.isEmpty {
      added = specialNames.enumerated().map { AddedToken(text: $1, id: Int32(vocabulary.count + $0)) }
      // A small model may have room for fewer.
      if let size = directory.vocabularySize { added.removeAll { $0.id >= size } }
    }
    let beginning = directory.special["bos_token"] ?? specialNames[0]
    guard let begin = added.first(where: { $0.text == beginning }) else {
      throw FileError(directory.configuration.path, "has no token '\(beginning)'")
    }
    var parts = TokenizerParts(model, addedTokens: added, source: path)
    let split: JSON = [
      "type": "Split", "pattern": ["Regex": .string(GPT4Words.expression(digits: "{1,3}"))], "behavior": "Isolated",
      "invert": false,
    ]
    let byteLevel: JSON = ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false]
    parts.preTokenizer = ["type": "Sequence", "pretokenizers": .array([split, byteLevel])]
    parts.postProcessor = RowTemplate.decoder(begin: begin.id, end: nil).description { _ in begin.text }
    parts.decoder = ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true]
    var configuration = directory.configuration.object
    configuration["bos_token"] = .string(beginning)
    configuration["eos_token"] = .string(directory.special["eos_token"] ?? specialNames[1])
    configuration["tokenizer_class"] = .string(TokenizerKind.classOfFiles)
    return try PipelineTokenizer(
      parts, configuration: configuration, modelMaxLength: directory.modelMaxLength,
      cleansUpSpaces: try directory.configuration.bool("clean_up_tokenization_spaces") ?? false)
  }

  /// The 256 that LLaMA-3 has behind its ranks.
  static let specialNames: [String] = {
    func reserved(_ numbers: ClosedRange<Int>) -> [String] { numbers.map { "<|reserved_special_token_\($0)|>" } }
    return ["<|begin_of_text|>", "<|end_of_text|>"] + reserved(0...3)
      + ["<|start_header_id|>", "<|end_header_id|>"] + reserved(4...4) + ["<|eot_id|>"] + reserved(5...250)
  }()

  private static func vocabulary(_ path: String) throws -> Vocabulary {
    let reader = try LineReader(path)
    var tokens: [String] = []
    while let line = try reader.next() {
      if line.isEmpty { continue }
      let parts = line.split(separator: " ")
      guard parts.count == 2, let bytes = Data(base64Encoded: String(parts[0])), !bytes.isEmpty else {
        throw FileError(path, line: reader.number, "wants a token in Base64 and its rank")
      }
      guard Int(parts[1]) == tokens.count else {
        throw FileError(path, line: reader.number, "has the rank \(parts[1]), but \(tokens.count) comes next")
      }
      tokens.append(String(decoding: ByteAlphabet.spelled(bytes), as: UTF8.self))
    }
    guard !tokens.isEmpty else { throw FileError(path, "is empty") }
    return Vocabulary(tokens)
  }

  /// Every way to put a token together from two others; the rank of the token decides, then those of the two.
  private static func merges(_ vocabulary: Vocabulary) -> MergeTable {
    var table = MergeTable(capacity: 2 * vocabulary.count)
    var rank: Int32 = 0
    for (id, token) in vocabulary.tokens.enumerated() {
      var pairs: [(Int32, Int32)] = []
      for cut in token.unicodeScalars.indices.dropFirst() {
        if let left = vocabulary.id(String(token[..<cut])), let right = vocabulary.id(String(token[cut...])) {
          pairs.append((left, right))
        }
      }
      for (left, right) in pairs.sorted(by: <) {
        table.set(left, right, rank: rank, result: Int32(id))
        rank += 1
      }
    }
    return table
  }
}
