import RefluxCore

/// A tokenizer of llama2.c: the pieces of a SentencePiece model with their scores.
public struct Llama2CTokenizer {
  private let pieces: [(text: [UInt8], score: Float)]

  /// Reads `count` pieces.
  ///
  /// - Throws: ``FileError``: the file cannot be read, is cut short, or holds something else.
  public init(_ path: String, count: Int) throws {
    let file = try MappedFile(path)
    let bytes = file.bytes
    var (pieces, place): ([(text: [UInt8], score: Float)], Int) = ([], 4)
    for number in 0..<count {
      guard place + 8 <= bytes.count else {
        throw FileError(path, "has \(number) pieces, and the checkpoint's vocabulary \(count)")
      }
      let score = Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
      let length = Int(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: place + 4, as: Int32.self)))
      guard length >= 0, place + 8 + length <= bytes.count else {
        throw FileError(path, "is no tokenizer of llama2.c: piece \(number) has \(length) bytes")
      }
      pieces.append((Array(bytes[place + 8..<place + 8 + length]), score))
      place += 8 + length
    }
    guard place == bytes.count else {
      throw FileError(path, "has more than the \(count) pieces of the checkpoint's vocabulary")
    }
    self.pieces = pieces
  }

  /// As a SentencePiece model (`tokenizer.model`), a protocol buffer.
  ///
  /// The first three pieces are `<unk>`, `<s>` and `</s>`; llama2.c writes spaces where SentencePiece has `▁`.
  public var sentencePieceModel: [UInt8] {
    var model: [UInt8] = []
    for (number, piece) in pieces.enumerated() {
      let special = number < 3 ? ["<unk>", "<s>", "</s>"][number] : nil
      let spaced: [UInt8] = piece.text.flatMap { $0 == 0x20 ? Array("▁".utf8) : [$0] }
      let text = special.map { Array($0.utf8) } ?? spaced
      let isByte = text.count == 6 && text.starts(with: Array("<0x".utf8))
      var entry = field(1, text)
      entry += field(2, piece.score)
      entry += field(3, UInt64(number == 0 ? 2 : number < 3 ? 3 : isByte ? 6 : 1))
      model += field(1, entry)
    }
    // Byte pair encoding, bytes for what is unknown, and where the special pieces are.
    let trainer =
      field(3, UInt64(2)) + field(4, UInt64(pieces.count)) + field(35, UInt64(1)) + field(40, UInt64(0))
      + field(41, UInt64(1)) + field(42, UInt64(2)) + field(43, UInt64.max)
    // A space in front, none taken away, all written as ▁.
    let normalizer =
      field(1, Array("identity".utf8)) + field(3, UInt64(1)) + field(4, UInt64(0)) + field(5, UInt64(1))
    return model + field(2, trainer) + field(3, normalizer)
  }

  /// What transformers reads beside it.
  public func configuration(maxLength: Int) -> JSONObject {
    let fields: [(String, JSON)] = [
      ("tokenizer_class", "LlamaTokenizer"), ("add_bos_token", .bool(true)), ("add_eos_token", .bool(false)),
      ("bos_token", "<s>"), ("eos_token", "</s>"), ("unk_token", "<unk>"), ("legacy", .bool(true)),
      ("clean_up_tokenization_spaces", .bool(false)), ("model_max_length", .integer(maxLength)),
    ]
    return JSONObject(fields)
  }

  // Fields of protocol buffers: a number, a float, or bytes.

  private func field(_ number: Int, _ value: UInt64) -> [UInt8] {
    Self.variable(UInt64(number << 3)) + Self.variable(value)
  }
  private func field(_ number: Int, _ value: Float) -> [UInt8] {
    Self.variable(UInt64(number << 3 | 5)) + (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
  }
  private func field(_ number: Int, _ value: [UInt8]) -> [UInt8] {
    Self.variable(UInt64(number << 3 | 2)) + Self.variable(UInt64(value.count)) + value
  }

  private static func variable(_ value: UInt64) -> [UInt8] {
    var (rest, bytes): (UInt64, [UInt8]) = (value, [])
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
