import RefluxIO

/// The tokens of a model by id, and their ids.
public struct Vocabulary: Sendable {
  /// Token by id; the empty text where no token has the id.
  public let tokens: [String]
  /// Told apart byte by byte: to Swift, `é` is the same text however it is composed, to a vocabulary it is not.
  let table: ByteTable

  /// A token that is given twice has its last id, as in transformers.
  public init(_ tokens: [String]) {
    self.tokens = tokens
    var table = ByteTable(capacity: tokens.count)
    for (id, token) in tokens.enumerated() where !token.isEmpty {
      var token = token
      token.withUTF8 { table.set($0, Int32(id)) }
    }
    self.table = table
  }

  public var count: Int { tokens.count }
  public func id(_ token: String) -> Int32? { table.value(token) }

  /// The special tokens, then the given words in order of first appearance, then every character that occurs in them,
  /// alone and as a continuation, so that words nobody has seen can be spelled.
  public init(words: some Sequence<String>, special: SpecialTokens = SpecialTokens()) {
    var (tokens, seen, characters) = (special.all, Set(special.all), Set<Unicode.Scalar>())
    for word in words where seen.insert(word).inserted {
      tokens.append(word)
      characters.formUnion(word.unicodeScalars)
    }
    for character in characters.sorted() {
      for piece in [String(character), "##" + String(character)] where seen.insert(piece).inserted {
        tokens.append(piece)
      }
    }
    self.init(tokens)
  }
}

extension Vocabulary {
  /// No vocabulary is larger.
  private static let mostTokens = 1 << 24

  /// Reads a `vocab.txt`: one token a line.
  ///
  /// - Throws: ``FileError``: the file cannot be read, is empty, or has a line that is not UTF-8.
  public init(contentsOf path: String) throws {
    let reader = try LineReader(path)
    var tokens: [String] = []
    while let token = try reader.next() { tokens.append(token) }
    guard !tokens.isEmpty else { throw FileError(path, "is empty") }
    self.init(tokens)
  }

  /// Reads the ids of tokens: a `vocab.json`.
  init(ids fields: JSONFields) throws {
    guard !fields.object.keys.isEmpty else { throw FileError(fields.path, "has no tokens") }
    var tokens: [String] = []
    tokens.reserveCapacity(fields.object.keys.count)
    for (token, value) in fields.object.entries {
      guard let id = value.integer, (0..<Self.mostTokens).contains(id) else {
        throw fields.error(token, "wants a token id, but is \(value.integer.map(String.init) ?? value.kind)")
      }
      if id >= tokens.count { tokens.append(contentsOf: repeatElement("", count: id + 1 - tokens.count)) }
      guard tokens[id].isEmpty else { throw fields.error(token, "has the id \(id), as '\(tokens[id])' has") }
      tokens[id] = token
    }
    self.init(tokens)
  }

  /// Reads the `vocab` of a model in `tokenizer.json`.
  init(_ model: JSONFields) throws { try self.init(ids: model.required("vocab", model.fields)) }

  /// The ids of the tokens.
  var description: JSON {
    .object(
      JSONObject(tokens.enumerated().filter { !$0.element.isEmpty }.map { ($0.element, .integer($0.offset)) }))
  }
}
