import RefluxCore

/// A file of tensors that `torch.save` wrote, mapped into memory: tensors share its bytes where they can.
///
/// Both forms are read: the ZIP file of PyTorch 1.6 and later, and the stream of pickles that came before. Of the pickle
/// only tensors by name are made (see ``PickleMachine``); nothing in it is executed. Other entries of the dictionary,
/// such as the number of an epoch, are left out.
public final class PickleFile: TensorFile {
  public let path: String
  private struct Entry {
    var type: StorageType
    var layout: Layout
    /// The part of the file that the layout counts in.
    var bytes: Range<Int>
  }
  private let entries: [String: Entry]
  private let isBigEndian: Bool
  private let file: MappedFile

  /// Opens a file and checks that every tensor lies inside of it.
  ///
  /// - Throws: ``FileError``: the file cannot be read, is cut short, does not hold together, or asks for more than
  ///   tensors.
  public init(_ path: String) throws {
    (self.path, file) = (path, try MappedFile(path))
    let contents = try file.withBytes { bytes in
      ZipArchive.isZip(bytes) ? try TorchContents(zip: bytes, path: path) : try TorchContents(legacy: bytes, path: path)
    }
    isBigEndian = contents.isBigEndian
    entries = try Self.entries(contents, fileSize: file.bytes.count, path)
  }

  private static func entries(_ contents: TorchContents, fileSize: Int, _ path: String) throws -> [String: Entry] {
    guard case .dictionary(let number) = contents.value else {
      throw FileError(path, "holds \(contents.value.kind), not a dictionary of tensors")
    }
    var result: [String: Entry] = [:]
    let pairs = contents.machine.dictionaries[number]
    for case (.text(let name), .tensor(let number)) in pairs {
      let tensor = contents.machine.tensors[number]
      let storage = contents.machine.storages[tensor.slice.storage]
      let size = storage.type.size
      // A tensor that shows elements more than once could be any size.
      guard tensor.layout.count <= fileSize / size else {
        throw FileError(
          path, "tensor '\(shown(name))' has \(tensor.layout.count) elements, more than fit into its file")
      }
      let start = contents.places[tensor.slice.storage].lowerBound
      let slice = tensor.slice.elements
      var entry = Entry(
        type: storage.type, layout: tensor.layout,
        bytes: start + slice.lowerBound * size..<start + slice.upperBound * size)
      // What lies in order begins with its first element, so that it can be used in place.
      if tensor.layout.count > 0 {
        entry.bytes = entry.bytes.lowerBound + entry.layout.offset * size..<entry.bytes.upperBound
        entry.layout.offset = 0
      }
      result[name] = entry
    }
    guard !result.isEmpty || pairs.isEmpty else {
      let found = pairs.prefix(5).compactMap { pair in pair.key.text.map { "'\(shown($0))' is \(pair.value.kind)" } }
      throw FileError(path, "holds no tensors by name: " + found.joined(separator: ", "))
    }
    return result
  }

  public var names: [String] { entries.keys.sorted() }
  public func contains(_ name: String) -> Bool { entries[name] != nil }
  public func shape(of name: String) throws -> Shape { try entry(name).layout.shape }
  public func type(of name: String) throws -> StorageType { try entry(name).type }

  public func tensor(_ name: String, as type: DType?, on backend: any Backend) throws -> Tensor {
    let entry = try entry(name)
    return try StoredTensor(
      name: name, type: entry.type, layout: entry.layout,
      bytes: UnsafeRawBufferPointer(rebasing: file.bytes[entry.bytes]), isBigEndian: isBigEndian, file: file
    ).tensor(as: type, on: backend)
  }

  private func entry(_ name: String) throws -> Entry {
    guard let entry = entries[name] else { throw FileError(path, "has no tensor '\(name)'") }
    return entry
  }
}
