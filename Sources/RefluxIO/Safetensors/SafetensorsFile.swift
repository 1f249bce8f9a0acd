import RefluxCore

/// One safetensors file, mapped into memory: tensors share its bytes where they can.
public final class SafetensorsFile: Sendable {
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

  /// A tensor of the file, in place when `type` (or the stored type) and the alignment allow it, otherwise copied.
  ///
  /// Without a `type` the stored one is kept; 64-bit integers always become 32-bit ones. Throws ``FileError`` if there is
  /// no such tensor, or its type cannot be read.
  public func tensor(_ name: String, as type: DType? = nil, on backend: any Backend) throws -> Tensor {
    let entry = try entry(name)
    let tensor = try stored(entry, name, backend)
    guard let type, type != tensor.dtype else { return tensor }
    guard tensor.dtype != .int32 && type != .int32 else {
      throw FileError(path, "tensor '\(name)' is \(entry.type.rawValue), which does not become \(type.rawValue)")
    }
    return tensor.converted(to: type)
  }

  private func stored(_ entry: SafetensorsHeader.Entry, _ name: String, _ backend: any Backend) throws -> Tensor {
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[entry.bytes])
    if entry.type == .i64 { return try narrowed(bytes, entry.shape, name, backend) }
    guard let type = entry.type.tensorType else {
      throw FileError(path, "tensor '\(name)' is \(entry.type.rawValue), which cannot be read")
    }
    let layout = Layout(rowMajor: entry.shape)
    if let base = bytes.baseAddress, !bytes.isEmpty, Int(bitPattern: base).isMultiple(of: type.size) {
      let address = UnsafeMutableRawPointer(mutating: base)
      let buffer = Buffer(address: address, byteCount: bytes.count, backend: backend, owner: file)
      return Tensor(storage: View(buffer, layout, type))
    }
    let buffer = backend.allocate(max(bytes.count, type.size))
    backend.upload(bytes, to: buffer)
    return Tensor(storage: View(buffer, layout, type))
  }

  private func narrowed(_ bytes: UnsafeRawBufferPointer, _ shape: Shape, _ name: String, _ backend: any Backend) throws
    -> Tensor
  {
    let values = try stride(from: 0, to: bytes.count, by: 8).map { offset in
      let wide = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
      guard let narrow = Int32(exactly: wide) else {
        throw FileError(path, "tensor '\(name)' holds \(wide), which does not fit into 32 bits")
      }
      return narrow
    }
    return Tensor(ids: values, shape, on: backend)
  }
}
