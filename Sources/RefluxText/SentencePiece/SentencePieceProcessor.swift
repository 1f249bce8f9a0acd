internal import CSentencePiece
import RefluxIO

/// A SentencePiece model (`spiece.model`, `tokenizer.model`): text to pieces and back, by Google's library.
public final class SentencePieceProcessor: @unchecked Sendable {
  /// What a piece is for.
  public enum Kind: Sendable { case normal, unknown, control, unused, byte }

  private let model: OpaquePointer
  private let path: String
  /// Number of pieces; ids lie below it.
  public let pieceCount: Int
  public let unknownID: Int32?, beginID: Int32?, endID: Int32?, paddingID: Int32?

  /// Loads a model.
  ///
  /// - Throws: ``FileError`` if the file cannot be read or is not a SentencePiece model.
  public init(contentsOf path: String) throws {
    let file = try MappedFile(path)
    var message: UnsafeMutablePointer<CChar>?
    guard let model = spm_load(file.bytes.baseAddress, file.bytes.count, &message) else {
      throw FileError(path, "is not a SentencePiece model: \(Self.text(message))")
    }
    (self.model, self.path) = (model, path)
    pieceCount = Int(spm_piece_count(model))
    let known = { (id: Int32) in id >= 0 ? id : nil }
    (unknownID, beginID) = (known(spm_unknown_id(model)), known(spm_begin_id(model)))
    (endID, paddingID) = (known(spm_end_id(model)), known(spm_padding_id(model)))
  }

  deinit { spm_free(model) }

  /// The ids of a text's pieces.
  public func encode(_ text: String) throws -> [Int32] {
    var (text, count, message) = (text, 0, UnsafeMutablePointer<CChar>?.none)
    let ids = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { spm_encode(model, $0.baseAddress, $0.count, &count, &message) }
    }
    guard let ids else { throw FileError(path, "cannot encode a text: \(Self.text(message))") }
    defer { spm_release(ids) }
    return Array(UnsafeBufferPointer(start: ids, count: count))
  }

  /// The text that pieces stand for.
  ///
  /// - Throws: ``FileError`` if an id is not one of the model's.
  public func decode(_ ids: [Int32]) throws -> String {
    if let id = ids.first(where: { $0 < 0 || $0 >= pieceCount }) {
      throw FileError(path, "has no piece \(id); there are 0 to \(pieceCount - 1)")
    }
    var (length, message) = (0, UnsafeMutablePointer<CChar>?.none)
    guard let text = spm_decode(model, ids, ids.count, &length, &message) else {
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
