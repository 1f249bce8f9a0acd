import RefluxCore

/// A tensor as a mapped file holds it; the layout lies inside the bytes.
struct StoredTensor {
  var name: String
  var type: StorageType
  /// Strides count elements from the beginning of `bytes`.
  var layout: Layout
  var bytes: UnsafeRawBufferPointer
  var isBigEndian = false
  /// Whose bytes these are.
  var file: MappedFile

  /// See ``TensorFile``.
  func tensor(as wanted: DType?, on backend: any Backend) throws -> Tensor {
    let tensor = try type == .i64 ? narrowed(on: backend) : unconverted(on: backend)
    guard let wanted, wanted != tensor.dtype else { return tensor }
    guard tensor.dtype != .int32 && wanted != .int32 else {
      throw FileError(file.path, "tensor '\(name)' is \(type.rawValue), which does not become \(wanted.rawValue)")
    }
    return tensor.converted(to: wanted)
  }

  private func unconverted(on backend: any Backend) throws -> Tensor {
    guard let dtype = type.tensorType else {
      throw FileError(file.path, "tensor '\(name)' is \(type.rawValue), which cannot be read")
    }
    let rowMajor = Layout(rowMajor: layout.shape)
    let size = rowMajor.count * dtype.size
    func uploaded(_ elements: UnsafeRawBufferPointer) -> Tensor {
      let buffer = backend.allocate(max(size, dtype.size))
      backend.upload(elements, to: buffer)
      return Tensor(storage: View(buffer, rowMajor, dtype))
    }
    guard layout.isRowMajor, !isBigEndian else { return packed().withUnsafeBytes(uploaded) }
    guard let base = bytes.baseAddress, size > 0, Int(bitPattern: base).isMultiple(of: dtype.size) else {
      return uploaded(UnsafeRawBufferPointer(rebasing: bytes.prefix(size)))
    }
    let address = UnsafeMutableRawPointer(mutating: base)
    let buffer = Buffer(address: address, byteCount: size, backend: backend, owner: file)
    return Tensor(storage: View(buffer, rowMajor, dtype))
  }

  private func narrowed(on backend: any Backend) throws -> Tensor {
    let values = try packed().withUnsafeBytes { bytes in
      try stride(from: 0, to: bytes.count, by: 8).map { offset in
        let wide = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
        guard let narrow = Int32(exactly: wide) else {
          throw FileError(file.path, "tensor '\(name)' holds \(wide), which does not fit into 32 bits")
        }
        return narrow
      }
    }
    return Tensor(ids: values, layout.shape, on: backend)
  }

  /// The elements in row-major order, little-endian.
  private func packed() -> [UInt8] {
    let (size, count) = (type.size, layout.count)
    return [UInt8](unsafeUninitializedCapacity: count * size) { out, filled in
      filled = count * size
      var (index, element) = ([Int](repeating: 0, count: layout.shape.count), layout.offset)
      for place in 0..<count {
        for byte in 0..<size {
          out[place * size + byte] = bytes[element * size + (isBigEndian ? size - 1 - byte : byte)]
        }
        // The next index, the last axis first.
        var axis = layout.shape.count - 1
        while axis >= 0 {
          index[axis] += 1
          element += layout.strides[axis]
          if index[axis] < layout.shape[axis] { break }
          element -= layout.strides[axis] * index[axis]
          index[axis] = 0
          axis -= 1
        }
      }
    }
  }
}
