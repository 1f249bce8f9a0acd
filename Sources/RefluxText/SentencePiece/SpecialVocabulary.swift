import RefluxIO

/// The tokens beside a model's pieces: those that the files list, and the special ones, each with its id.
///
/// A special token is the piece of that name, or else gets the next free id, as in transformers.
struct SpecialVocabulary {
  /// In order of their ids.
  private(set) var addedTokens: [AddedToken]
  /// The ids of `cls_token` and its like.
  private(set) var ids: [String: Int32] = [:]
  private(set) var texts: [String: String]
  private let source: String
  private var nextID: Int32

  init(_ directory: TokenizerDirectory, _ family: SentencePieceFamily, _ processor: SentencePieceProcessor) throws {
    addedTokens = directory.addedTokens
    source = directory.file(family.file)
    texts = family.special.merging(directory.special) { $1 }
    nextID = Int32(processor.pieceCount + addedTokens.count { processor.id($0.text) == nil })
    for key in TokenizerDirectory.specialKeys {
      guard let text = texts[key] else { continue }
      ids[key] = add(directory.manner(of: text) ?? family.manner(of: text, key: key), processor)
    }
    for token in directory.moreSpecial { _ = add(token, processor) }
    addedTokens.sort { $0.id < $1.id }
  }

  private mutating func add(_ token: AddedToken, _ processor: SentencePieceProcessor) -> Int32 {
    var token = token
    token.isSpecial = true
    if let index = addedTokens.firstIndex(where: { $0.text.utf8.elementsEqual(token.text.utf8) }) {
      addedTokens[index].isSpecial = true
      return addedTokens[index].id
    }
    token.id = processor.id(token.text) ?? nextID
    if token.id == nextID { nextID += 1 }
    addedTokens.append(token)
    return token.id
  }

  /// The id of a special token that the tokenizer cannot do without.
  ///
  /// - Throws: ``FileError``: no file says what it is called.
  func required(_ key: String) throws -> Int32 {
    guard let id = ids[key] else { throw FileError(source, "needs a '\(key)', and no file names one") }
    return id
  }
}
