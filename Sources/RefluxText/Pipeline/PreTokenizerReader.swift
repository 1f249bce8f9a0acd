import RefluxIO

/// Makes pre-tokenizers of what `tokenizer.json` says.
struct PreTokenizerReader {
  /// Whether the model reads plain bytes, so that the last part need not spell them.
  var readsBytes = false

  /// Whether the last thing that happens to words is that their bytes are spelled.
  static func spellsLast(_ fields: JSONFields) throws -> Bool {
    switch try fields.string("type") {
    case "ByteLevel": true
    case "Sequence": try fields.list("pretokenizers")?.last.map(spellsLast) ?? false
    default: false
    }
  }

  func read(_ fields: JSONFields) throws -> any PreTokenizer {
    try fields.component([
      "Sequence": sequence,
      "BertPreTokenizer": { _ in BertWords() },
      "Whitespace": { _ in WordRuns() },
      "WhitespaceSplit": { _ in
        let pattern = ScalarPattern { CharacterClass.of($0).contains(.space) }
        return PatternSplit(pattern: pattern, behavior: .removed)
      },
      "ByteLevel": {
        ByteLevel(
          addsPrefixSpace: try $0.bool("add_prefix_space") ?? true, cutsWords: try $0.bool("use_regex") ?? true,
          spells: !readsBytes)
      },
      "Metaspace": Self.metaspace,
      "Split": {
        let fields = $0
        return PatternSplit(
          pattern: try fields.pattern("pattern"),
          behavior: try fields.required("behavior") { try fields.choice($0, SplitBehavior.self) },
          isInverted: try fields.bool("invert") ?? false)
      },
      "Digits": {
        let pattern = ScalarPattern { CharacterClass.of($0).contains(.number) }
        return PatternSplit(
          pattern: pattern, behavior: try $0.bool("individual_digits") ?? false ? .isolated : .contiguous)
      },
      "Punctuation": {
        let pattern = ScalarPattern { ScalarClass($0) == .punctuation }
        return PatternSplit(pattern: pattern, behavior: try $0.choice("behavior", SplitBehavior.self) ?? .isolated)
      },
      "CharDelimiterSplit": {
        let delimiter = try $0.scalar("delimiter")
        return PatternSplit(pattern: ScalarPattern { $0 == delimiter }, behavior: .removed)
      },
    ])
  }

  private func sequence(_ fields: JSONFields) throws -> any PreTokenizer {
    let members = try fields.required("pretokenizers", fields.list)
    return PreTokenizerSequence(
      members: try members.enumerated().map { index, member in
        try PreTokenizerReader(readsBytes: readsBytes && index == members.count - 1).read(member)
      })
  }

  /// Reads it as it is now, or with `add_prefix_space` as it was.
  static func metaspace(_ fields: JSONFields) throws -> Metaspace {
    var prefix = try fields.choice("prepend_scheme", Metaspace.Prefix.self) ?? .always
    if try fields.bool("add_prefix_space") == false { prefix = .never }
    var mark: [UInt8] = []
    mark.append(try fields.scalar("replacement"))
    return Metaspace(mark: mark, prefix: prefix, cutsWords: try fields.bool("split") ?? true)
  }
}
