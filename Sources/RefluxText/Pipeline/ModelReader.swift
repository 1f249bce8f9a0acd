import RefluxIO

/// Makes models of what `tokenizer.json` says.
struct ModelReader {
  /// Whether words come with their bytes spelled in ``ByteAlphabet``.
  var wordsAreSpelled = false

  func read(_ fields: JSONFields) throws -> any TokenModel {
    // Old files leave the type out.
    guard try fields.string("type") != nil else {
      if fields.object["merges"] != nil { return try bytePair(fields) }
      if fields.object["unk_id"] != nil { return try Self.unigram(fields) }
      return try Self.wordPiece(fields)
    }
    return try fields.component([
      "WordPiece": Self.wordPiece, "BPE": bytePair, "Unigram": Self.unigram,
      "WordLevel": {
        WordLevelModel(try Vocabulary($0), unknown: try $0.string("unk_token") ?? "<unk>")
      },
    ])
  }

  private static func wordPiece(_ fields: JSONFields) throws -> any TokenModel {
    try WordPieceModel(
      Vocabulary(fields), unknown: fields.string("unk_token") ?? "[UNK]",
      prefix: fields.string("continuing_subword_prefix") ?? "##",
      longestWord: fields.integer("max_input_chars_per_word") ?? 100, source: fields.path)
  }

  private func bytePair(_ fields: JSONFields) throws -> any TokenModel {
    if try fields.number("dropout") ?? 0 > 0 { throw fields.error("dropout", "is set, which is not supported") }
    var settings = BytePairModel.Settings()
    settings.unknown = try fields.string("unk_token")
    settings.continuingPrefix = try fields.string("continuing_subword_prefix") ?? ""
    settings.endSuffix = try fields.string("end_of_word_suffix") ?? ""
    settings.fusesUnknown = try fields.bool("fuse_unk") ?? false
    settings.fallsBackToBytes = try fields.bool("byte_fallback") ?? false
    settings.ignoresMerges = try fields.bool("ignore_merges") ?? false
    let vocabulary = try Vocabulary(fields)
    let list = try fields.required("merges", fields.array)
    let pairs = try list.enumerated().map { index, merge -> (String, String) in
      if let text = merge.string, let pair = BytePairModel.pair(text) { return pair }
      if let pair = merge.array, pair.count == 2, let left = pair[0].string, let right = pair[1].string {
        return (left, right)
      }
      throw fields.error("merges", "wants two tokens in entry \(index + 1)")
    }
    let merges = try BytePairModel.merges(pairs, vocabulary, settings) { throw fields.error("merges", $1) }
    let isPlain = settings.continuingPrefix.isEmpty && settings.endSuffix.isEmpty && !settings.fallsBackToBytes
    return BytePairModel(vocabulary, merges: merges, settings, readsBytes: wordsAreSpelled && isPlain)
  }

  private static func unigram(_ fields: JSONFields) throws -> any TokenModel {
    let entries = try fields.required("vocab", fields.array)
    let pairs = try entries.enumerated().map { index, entry -> (String, Double) in
      guard let pair = entry.array, pair.count == 2, let token = pair[0].string, let score = pair[1].number else {
        throw fields.error("vocab", "wants a token and its score in entry \(index + 1)")
      }
      return (token, score)
    }
    let unknown = try fields.integer("unk_id")
    if let unknown, !pairs.indices.contains(unknown) {
      throw fields.error("unk_id", "is \(unknown), which is outside 0 to \(pairs.count - 1)")
    }
    return UnigramModel(
      Vocabulary(pairs.map(\.0)), scores: pairs.map(\.1), unknownID: unknown.map { Int32($0) },
      fallsBackToBytes: try fields.bool("byte_fallback") ?? false)
  }
}

extension BytePairModel {
  /// `Ġ t`: two tokens with a space between them.
  static func pair(_ text: String) -> (String, String)? {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
  }

  /// The joins of a list, which is in the order of their ranks; `fail` is told of one whose tokens are not there.
  static func merges(
    _ pairs: [(String, String)], _ vocabulary: Vocabulary, _ settings: Settings,
    _ fail: (_ index: Int, _ message: String) throws -> Void
  ) throws -> MergeTable {
    var table = MergeTable(capacity: pairs.count)
    for (rank, pair) in pairs.enumerated() {
      let right = pair.1.utf8.dropFirst(settings.continuingPrefix.utf8.count)
      let joined = String(decoding: Array(pair.0.utf8) + right, as: UTF8.self)
      let ids = [pair.0, pair.1, joined].map { vocabulary.id($0) }
      guard let left = ids[0], let right = ids[1], let result = ids[2] else {
        let missing = [pair.0, pair.1, joined].first { vocabulary.id($0) == nil } ?? joined
        try fail(rank, "joins '\(pair.0)' and '\(pair.1)', but the vocabulary has no '\(missing)'")
        continue
      }
      table.set(left, right, rank: Int32(rank), result: result)
    }
    return table
  }
}
