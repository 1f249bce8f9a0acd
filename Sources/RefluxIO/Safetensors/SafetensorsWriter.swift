import RefluxCore

extension SafetensorsFile {
  /// Writes tensors to a file that appears complete or not at all.
  ///
  /// The data begins at a multiple of 8 and wide types come first, as the reference implementation has it, so that a
  /// reader can use every tensor in place.
  ///
  /// - Parameters:
  ///   - tensors: By name; names must differ.
  ///   - metadata: transformers wants `format`: `pt`.
  ///   - path: Replaced if it exists.
  /// - Throws: ``FileError`` when the disk is full or the directory not writable.
  public static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = ["format": "pt"], to path: String
  ) throws {
    let ordered = tensors.sorted { ($1.tensor.dtype.size, $0.name) < ($0.tensor.dtype.size, $1.name) }
    let header = Self.header(ordered, metadata)
    try AtomicFile.write(to: path) { file in
      try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try file.append($0) }
      try file.append(header)
      for (_, tensor) in ordered {
        let storage = tensor.storage
        var bytes = [UInt8](repeating: 0, count: tensor.count * tensor.dtype.size)
        bytes.withUnsafeMutableBytes { storage.buffer.backend.download(storage.buffer, to: $0) }
        try bytes.withUnsafeBytes { try file.append($0) }
      }
    }
  }

  private static func header(_ tensors: [(name: String, tensor: Tensor)], _ metadata: [String: String]) -> [UInt8] {
    var header = JSONObject()
    if !metadata.isEmpty {
      header["__metadata__"] = .object(
        JSONObject(metadata.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }
    var end = 0
    for (name, tensor) in tensors {
      precondition(header[name] == nil, "two tensors are called '\(name)'")
      let begin = end
      end += tensor.count * tensor.dtype.size
      header[name] = [
        "dtype": .string(StorageType(tensor.dtype).rawValue), "shape": .array(tensor.shape.map(JSON.integer)),
        "data_offsets": [.integer(begin), .integer(end)],
      ]
    }
    var text = Array(JSON.object(header).text.utf8)
    text += [UInt8](repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
    return text
  }
}
