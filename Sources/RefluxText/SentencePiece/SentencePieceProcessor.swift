internal import CSentencePiece
import RefluxIO

/// A SentencePiece model (`spiece.model`, `tokenizer.model`): text to pieces and back.
///
/// Google's library does it all but for the search of unigram models (see `SentencePieceSearch`).
public final class SentencePieceProcessor: @unchecked Sendable {
  /// What a piece is for.
  public enum Kind: Sendable { case normal, unknown, control, unused, byte }

  private let model: OpaquePointer
  private let path: String
  private let unigram: SentencePieceSearch?
  /// Number of pieces; ids lie below it.
  public let pieceCount: Int
  public let unknownID: Int32?, beginID: Int32?, endID: Int32?, paddingID: Int32?

  /// Loads a model.
  ///
  /// - Throws: ``FileError`` if the file cannot be read or is not a SentencePiece model.
  public convenience init(contentsOf path: String) throws {
    try self.init(MappedFile.contents(of: path), path: path)
  }

  /// Reads the bytes of a model file.
  ///
  /// - Throws: ``FileError`` with `path` if it is not a SentencePiece model.
  init(_ bytes: [UInt8], path: String) throws {
    var message: UnsafeMutablePointer<CChar>?
    guard let model = spm_load(bytes, bytes.count, &message) else {
      throw FileError(path, "is not a SentencePiece model: \(Self.text(message))")
    }
    (self.model, self.path) = (model, path)
    unigram = SentencePieceSearch(SentencePieceSpecification(bytes))
    pieceCount = Int(spm_piece_count(model))
    let known = { (id: Int32) in id >= 0 ? id : nil }
    (unknownID, beginID) = (known(spm_unknown_id(model)), known(spm_begin_id(model)))
    (endID, paddingID) = (known(spm_end_id(model)), known(spm_padding_id(model)))
  }

  deinit { spm_free(model) }

  /// The ids of a text's pieces.
  public func encode(_ text: String) -> [Int32] {
    var (text, ids) = (text, [Int32]())
    text.withUTF8 { append($0, to: &ids) }
    return ids
  }

  /// Appends the ids of a text's pieces.
  func append(_ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
    if let unigram { return unigram.append(text, to: &ids) }
    var (count, message) = (0, UnsafeMutablePointer<CChar>?.none)
    let found = text.withMemoryRebound(to: CChar.self) {
      spm_encode(model, $0.baseAddress, $0.count, &count, &message)
    }
    // A loaded model encodes any text.
    guard let found else { preconditionFailure("\(path): cannot encode a text: \(Self.text(message))") }
    ids.append(contentsOf: UnsafeBufferPointer(start: found, count: count))
  }

  /// The text that pieces stand for; `droppingSpace` takes a space off the first one before the model looks at it.
  ///
  /// - Throws: ``FileError`` if an id is not one of the model's.
  public func decode(_ ids: [Int32], droppingSpace: Bool = false) throws -> String {
    if let id = ids.first(where: { $0 < 0 || $0 >= pieceCount }) {
      throw FileError(path, "has no piece \(id); there are 0 to \(pieceCount - 1)")
    }
    var (length, message) = (0, UnsafeMutablePointer<CChar>?.none)
    guard let text = spm_decode(model, ids, ids.count, droppingSpace, &length, &message) else {
      throw FileError(path, "cannot decode ids: \(Self.text(message))")
    }
    defer { spm_release(text) }
    return text.withMemoryRebound(to: UInt8.self, capacity: length) {
      String(decoding: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
    }
  }

  /// A piece's text; `nil` for an id that the model does not have.
  public func piece(_ id: Int32) -> String? {
    (0..<Int32(pieceCount)).contains(id) ? String(cString: spm_piece(model, id)) : nil
  }

  /// A piece's id; `nil` for a text that is not a piece.
  public func id(_ piece: String) -> Int32? {
    let id = spm_id(model, piece, piece.utf8.count)
    return self.piece(id).map { $0.utf8.elementsEqual(piece.utf8) } == true ? id : nil
  }

  public func kind(_ id: Int32) -> Kind? {
    guard (0..<Int32(pieceCount)).contains(id) else { return nil }
    return switch spm_piece_kind(model, id) {
    case spm_unknown: .unknown
    case spm_control: .control
    case spm_unused: .unused
    case spm_byte: .byte
    default: .normal
    }
  }

  /// Takes over a message of the library.
  private static func text(_ message: UnsafeMutablePointer<CChar>?) -> String {
    guard let message else { return "no reason given" }
    defer { spm_release(message) }
    return String(cString: message)
  }
}
