import RefluxCore

/// One safetensors file, mapped into memory: tensors share its bytes where they can.
public final class SafetensorsFile: TensorFile {
  public let path: String
  /// Free texts of the header, such as `format`: `pt`.
  public let metadata: [String: String]
  private let file: MappedFile
  private let entries: [String: SafetensorsHeader.Entry]

  /// Opens a file and checks its header against its size.
  ///
  /// - Throws: ``FileError``: the file cannot be read, is cut short, or its header does not hold together.
  public init(_ path: String) throws {
    file = try MappedFile(path)
    let header = try SafetensorsHeader(file.bytes, path: path)
    (self.path, metadata, entries) = (path, header.metadata, header.entries)
  }

  public var names: [String] { entries.keys.sorted() }
  public func contains(_ name: String) -> Bool { entries[name] != nil }
  public func shape(of name: String) throws -> Shape { try entry(name).shape }
  public func type(of name: String) throws -> StorageType { try entry(name).type }

  /// The elements as they are in the file, little-endian; valid as long as this object.
  public func bytes(of name: String) throws -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file.bytes[try entry(name).bytes])
  }

  private func entry(_ name: String) throws -> SafetensorsHeader.Entry {
    guard let entry = entries[name] else { throw FileError(path, "has no tensor '\(name)'") }
    return entry
  }

  public func tensor(_ name: String, as type: DType?, on backend: any Backend) throws -> Tensor {
    let (entry, bytes) = (try entry(name), try bytes(of: name))
    let layout = Layout(rowMajor: entry.shape)
    return try StoredTensor(name: name, type: entry.type, layout: layout, bytes: bytes, file: file)
      .tensor(as: type, on: backend)
  }
}
