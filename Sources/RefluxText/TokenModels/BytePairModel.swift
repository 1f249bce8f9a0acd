import RefluxIO

/// Byte-pair encoding: begins with single characters and joins the pair of lowest rank until none is left.
///
/// Source: Sennrich et al. 2016; over bytes Radford et al. 2019. Ids are those of Hugging Face `tokenizers`.
struct BytePairModel: TokenModel {
  struct Settings: Sendable, Equatable {
    /// What a character that is no token becomes; it is left out if there is none.
    var unknown: String?
    var continuingPrefix = "", endSuffix = ""
    /// Whether unknown characters in a row are one token.
    var fusesUnknown = false
    /// Whether a character that is no token is spelled in `<0x41>`.
    var fallsBackToBytes = false
    /// Whether a word that is a token stays one, even if no joins lead there.
    var ignoresMerges = false
    init() {}
  }

  struct Symbol { var id: Int32, previous: Int32, next: Int32 }

  let vocabulary: Vocabulary
  let settings: Settings
  /// Whether words come as they are, for a vocabulary that is spelled in the alphabet of bytes.
  let readsBytes: Bool
  private let merges: MergeTable
  /// Texts as words have them, to ids.
  private let table: ByteTable
  /// Of the characters that are one byte; negative where there is none.
  private let byteIDs: [Int32]
  private let unknownID: Int32?
  /// `<0x00>` to `<0xFF>`; `nil` unless all that a character needs are there.
  private let fallbackIDs: [Int32]

  init(_ vocabulary: Vocabulary, merges: MergeTable, _ settings: Settings, readsBytes: Bool) {
    (self.vocabulary, self.merges, self.settings, self.readsBytes) = (vocabulary, merges, settings, readsBytes)
    let table = readsBytes ? Self.plainTable(vocabulary) : vocabulary.table
    self.table = table
    byteIDs = (0..<256).map { byte in
      [UInt8(byte)].withUnsafeBufferPointer { readsBytes || byte < 0x80 ? table.value($0) ?? -1 : -1 }
    }
    unknownID = settings.unknown.flatMap(vocabulary.id)
    fallbackIDs = ByteAlphabet.fallbackNames.map { vocabulary.id($0) ?? -1 }
  }

  private static func plainTable(_ vocabulary: Vocabulary) -> ByteTable {
    var table = ByteTable(capacity: vocabulary.count)
    for (id, token) in vocabulary.tokens.enumerated() {
      if let bytes = ByteAlphabet.bytes(token), !bytes.isEmpty { table.set(bytes, Int32(id)) }
    }
    return table
  }

  func append(_ word: UnsafeBufferPointer<UInt8>, to ids: inout [Int32], _ workspace: inout ModelWorkspace) {
    if settings.ignoresMerges, let id = table.value(word) {
      ids.append(id)
      return
    }
    begin(word, &workspace.symbols)
    join(&workspace)
    var index: Int32 = workspace.symbols.isEmpty ? -1 : 0
    while index >= 0 {
      let symbol = workspace.symbols[Int(index)]
      ids.append(symbol.id)
      index = symbol.next
    }
  }

  /// The characters of a word.
  private func begin(_ word: UnsafeBufferPointer<UInt8>, _ symbols: inout [Symbol]) {
    symbols.removeAll(keepingCapacity: true)
    var hasPendingUnknown = false
    func add(_ id: Int32) {
      symbols.append(Symbol(id: id, previous: Int32(symbols.count) - 1, next: Int32(symbols.count) + 1))
    }
    var position = 0
    while position < word.count {
      let width = readsBytes ? 1 : UTF8Text.scalar(word, at: position).width
      let range = position..<position + width
      position = range.upperBound
      if let id = id(of: word, range) {
        if hasPendingUnknown, let unknownID { add(unknownID) }
        hasPendingUnknown = false
        add(id)
        continue
      }
      // The reference leaves an unknown character pending here: it comes after the bytes.
      if settings.fallsBackToBytes, word[range].allSatisfy({ fallbackIDs[Int($0)] >= 0 }) {
        for byte in word[range] { add(fallbackIDs[Int(byte)]) }
        continue
      }
      guard let unknownID else { continue }
      if hasPendingUnknown, !settings.fusesUnknown { add(unknownID) }
      hasPendingUnknown = true
    }
    if hasPendingUnknown, let unknownID { add(unknownID) }
    if !symbols.isEmpty { symbols[symbols.count - 1].next = -1 }
  }

  /// The token of one character, with the marks of its place in the word.
  private func id(of word: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int32? {
    if settings.continuingPrefix.isEmpty, settings.endSuffix.isEmpty {
      if range.count == 1, byteIDs[Int(word[range.lowerBound])] >= 0 { return byteIDs[Int(word[range.lowerBound])] }
      return range.count == 1 ? nil : table.value(UnsafeBufferPointer(rebasing: word[range]))
    }
    var bytes = range.lowerBound == 0 ? [] : Array(settings.continuingPrefix.utf8)
    bytes += word[range]
    if range.upperBound == word.count { bytes += settings.endSuffix.utf8 }
    return bytes.withUnsafeBufferPointer { table.value($0) }
  }

  /// Joins neighbours, lowest rank first and from left to right.
  private func join(_ workspace: inout ModelWorkspace) {
    workspace.joins.removeAll()
    func propose(_ left: Int32, _ symbols: [Symbol], _ joins: inout MinimumHeap) {
      let right = symbols[Int(left)].next
      if right >= 0, let merge = merges.find(symbols[Int(left)].id, symbols[Int(right)].id) {
        joins.push(UInt64(UInt32(bitPattern: merge.rank)) << 32 | UInt64(left))
      }
    }
    for index in workspace.symbols.indices.dropLast() { propose(Int32(index), workspace.symbols, &workspace.joins) }
    while let join = workspace.joins.pop() {
      let (left, rank) = (Int(UInt32(truncatingIfNeeded: join)), Int32(bitPattern: UInt32(join >> 32)))
      let symbol = workspace.symbols[left]
      // Symbols that are gone have no id; a join whose symbols have changed is out of date.
      guard symbol.id >= 0, symbol.next >= 0 else { continue }
      let right = workspace.symbols[Int(symbol.next)]
      guard let merge = merges.find(symbol.id, right.id), merge.rank == rank else { continue }
      workspace.symbols[Int(symbol.next)].id = -1
      workspace.symbols[left].id = merge.result
      workspace.symbols[left].next = right.next
      if right.next >= 0 { workspace.symbols[Int(right.next)].previous = Int32(left) }
      if symbol.previous >= 0 { propose(symbol.previous, workspace.symbols, &workspace.joins) }
      propose(Int32(left), workspace.symbols, &workspace.joins)
    }
  }

  /// The joins as `merges.txt` and `tokenizer.json` list them.
  var mergePairs: [(left: String, right: String)] {
    merges.pairs.map { (vocabulary.tokens[Int($0.left)], vocabulary.tokens[Int($0.right)]) }
  }

  var description: JSON {
    func text(_ value: String) -> JSON { value.isEmpty ? .null : .string(value) }
    return [
      "type": "BPE", "dropout": nil, "unk_token": settings.unknown.map(JSON.string) ?? .null,
      "continuing_subword_prefix": text(settings.continuingPrefix), "end_of_word_suffix": text(settings.endSuffix),
      "fuse_unk": .bool(settings.fusesUnknown), "byte_fallback": .bool(settings.fallsBackToBytes),
      "ignore_merges": .bool(settings.ignoresMerges), "vocab": vocabulary.description,
      "merges": .array(mergePairs.map { .array([.string($0.left), .string($0.right)]) }),
    ]
  }
}
