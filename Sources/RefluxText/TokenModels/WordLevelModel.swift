import RefluxIO

/// Every word is a token or unknown.
struct WordLevelModel: TokenModel {
  let vocabulary: Vocabulary
  let unknown: String
  private let unknownID: Int32?

  init(_ vocabulary: Vocabulary, unknown: String) {
    (self.vocabulary, self.unknown, unknownID) = (vocabulary, unknown, vocabulary.id(unknown))
  }

  func append(_ word: UnsafeBufferPointer<UInt8>, to ids: inout [Int32], _ workspace: inout ModelWorkspace) {
    if let id = vocabulary.table.value(word) ?? unknownID { ids.append(id) }
  }

  var description: JSON {
    ["type": "WordLevel", "vocab": vocabulary.description, "unk_token": .string(unknown)]
  }
}
