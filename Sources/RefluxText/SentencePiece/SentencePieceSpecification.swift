import RefluxIO

/// What a model file holds: its pieces, and how it cuts and normalizes text.
///
/// Source: `sentencepiece_model.proto`, messages `ModelProto`, `TrainerSpec` and `NormalizerSpec`, with their defaults.
struct SentencePieceSpecification: Sendable, Equatable {
  enum Algorithm: Int, Sendable { case unigram = 1, bpe, word, character }
  struct Piece: Sendable, Equatable {
    enum Kind: Int, Sendable { case normal = 1, unknown, control, userDefined, unused, byte }
    var text: ArraySlice<UInt8> = []
    var score: Float = 0
    var kind: Kind? = .normal
  }

  var pieces: [Piece] = []
  var algorithm: Algorithm? = .unigram
  /// Characters that no piece covers become pieces of one byte.
  var fallsBackToBytes = false
  /// The space that belongs to a word stands behind it and not in front of it.
  var putsSpacesBehind = false
  /// What characters are replaced by (`nmt_nfkc`); empty where nothing is.
  var characterMap: ArraySlice<UInt8> = []
  /// A space is put in front of every text.
  var addsSpace = true
  /// Runs of spaces become one; those at the ends go.
  var mergesSpaces = true
  /// A space becomes `▁`.
  var marksSpaces = true

  /// Reads a model file; what does not follow the format is left out, for the library checks that.
  init(_ bytes: [UInt8]) {
    ProtocolBuffer(bytes[...]).forEach { field, value in
      switch (field, value) {
      case (1, .bytes(let piece)): readPiece(piece)
      case (2, .bytes(let trainer)): readTrainer(trainer)
      case (3, .bytes(let normalizer)): readNormalizer(normalizer)
      default: break
      }
    }
  }

  /// Whether a file begins as a model does: with the first of its pieces.
  static func describes(_ file: MappedFile) -> Bool { file.withBytes { $0.first == 0x0A } }

  private mutating func readPiece(_ message: ArraySlice<UInt8>) {
    var piece = Piece()
    ProtocolBuffer(message).forEach { field, value in
      switch (field, value) {
      case (1, .bytes(let text)): piece.text = text
      case (2, .float(let score)): piece.score = score
      case (3, .integer(let number)): piece.kind = Piece.Kind(rawValue: Int(truncatingIfNeeded: number))
      default: break
      }
    }
    pieces.append(piece)
  }

  private mutating func readTrainer(_ message: ArraySlice<UInt8>) {
    ProtocolBuffer(message).forEach { field, value in
      switch (field, value) {
      case (3, .integer(let number)): algorithm = Algorithm(rawValue: Int(truncatingIfNeeded: number))
      case (24, .integer(let flag)): putsSpacesBehind = flag != 0
      case (35, .integer(let flag)): fallsBackToBytes = flag != 0
      default: break
      }
    }
  }

  private mutating func readNormalizer(_ message: ArraySlice<UInt8>) {
    ProtocolBuffer(message).forEach { field, value in
      switch (field, value) {
      case (2, .bytes(let table)): characterMap = table
      case (3, .integer(let flag)): addsSpace = flag != 0
      case (4, .integer(let flag)): mergesSpaces = flag != 0
      case (5, .integer(let flag)): marksSpaces = flag != 0
      default: break
      }
    }
  }

  /// The bytes to append to a model file for the same model that puts no space in front of a text.
  ///
  /// A message that comes twice is merged field by field, the later value winning: `normalizer_spec { add_dummy_prefix:
  /// false }`.
  static let withoutAddedSpace: [UInt8] = [0x1A, 0x02, 0x18, 0x00]
}
