/// What ALBERT's tokenizer does to the text between two added tokens.
///
/// Source: `AlbertTokenizer` of transformers 4; Lan et al. 2020 took it from XLNet.
struct AlbertText: Sendable {
  let processor: SentencePieceProcessor
  let lowercases: Bool
  let mergesSpaces: Bool
  let keepsAccents: Bool
  /// What pieces become that end in a digit and a comma.
  private let splitPieces: [Int32: [Int32]]

  init(_ processor: SentencePieceProcessor, lowercases: Bool, mergesSpaces: Bool, keepsAccents: Bool) {
    (self.processor, self.lowercases) = (processor, lowercases)
    (self.mergesSpaces, self.keepsAccents) = (mergesSpaces, keepsAccents)
    var splitPieces: [Int32: [Int32]] = [:]
    for id in 0..<Int32(processor.pieceCount) { splitPieces[id] = Self.split(id, processor) }
    self.splitPieces = splitPieces
  }

  /// `9,` becomes `9` and `,`: the number is encoded anew, without the space that encoding puts in front of it if there
  /// was none.
  private static func split(_ id: Int32, _ processor: SentencePieceProcessor) -> [Int32]? {
    guard let piece = processor.piece(id)?.unicodeScalars, piece.count > 1, piece.last == ",",
      let digit = piece.dropLast().last, PythonText.isDigit(digit)
    else { return nil }
    let number = String(String.UnicodeScalarView(piece.dropLast().filter { $0 != space }))
    var ids = processor.encode(number)
    if piece.first != space, let first = ids.first.flatMap(processor.piece), first.unicodeScalars.first == space {
      let rest = String(first.unicodeScalars.dropFirst())
      let head = rest.isEmpty ? [] : [processor.id(rest) ?? processor.unknownID].compactMap { $0 }
      ids.replaceSubrange(0..<1, with: head)
    }
    return ids + [processor.id(",") ?? processor.unknownID].compactMap { $0 }
  }

  private static let space: Unicode.Scalar = "\u{2581}"

  func append(_ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
    let start = ids.count
    normalized(text).withUnsafeBufferPointer { processor.append($0, to: &ids) }
    if splitPieces.isEmpty { return }
    var index = start
    while index < ids.count {
      if let split = splitPieces[ids[index]] {
        ids.replaceSubrange(index...index, with: split)
        index += split.count
      } else {
        index += 1
      }
    }
  }

  private func normalized(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    if mergesSpaces, text.allSatisfy({ $0 < 0x80 }) { return normalized(ascii: text) }
    var scalars = String(decoding: text, as: UTF8.self).unicodeScalars
    if mergesSpaces { scalars = PythonText.withSingleSpaces(scalars) }
    scalars = Self.withQuotes(scalars)
    if !keepsAccents { scalars = PythonText.withoutAccents(scalars) }
    if lowercases { scalars = PythonText.lowercased(scalars) }
    return Array(String(scalars).utf8)
  }

  /// The same in one pass.
  private func normalized(ascii text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: text.count) { result, count in
      var followsSpace = false
      for byte in text {
        if byte == 0x20 || (0x09...0x0D).contains(byte) || (0x1C...0x1F).contains(byte) {
          followsSpace = true
          continue
        }
        if followsSpace, count > 0 {
          result[count] = 0x20
          count += 1
        }
        followsSpace = false
        result[count] = lowercases && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
        count += 1
      }
      count = Self.withQuotes(&result, count)
    }
  }

  /// TeX's quotation marks, two grave accents or two apostrophes, become `"`.
  private static func withQuotes(_ scalars: String.UnicodeScalarView) -> String.UnicodeScalarView {
    var result = String.UnicodeScalarView()
    var open: Unicode.Scalar?  // one half of a mark
    for scalar in scalars {
      if let half = open {
        open = nil
        if scalar == half {
          result.append("\"")
          continue
        }
        result.append(half)
      }
      if scalar == "`" || scalar == "'" { open = scalar } else { result.append(scalar) }
    }
    if let open { result.append(open) }
    return result
  }

  private static func withQuotes(_ bytes: inout UnsafeMutableBufferPointer<UInt8>, _ count: Int) -> Int {
    var (read, written) = (0, 0)
    while read < count {
      let byte = bytes[read]
      let isMark = (byte == 0x60 || byte == 0x27) && read + 1 < count && bytes[read + 1] == byte
      bytes[written] = isMark ? 0x22 : byte
      read += isMark ? 2 : 1
      written += 1
    }
    return written
  }
}
