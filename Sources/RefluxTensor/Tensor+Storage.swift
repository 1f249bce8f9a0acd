extension Tensor {
  /// A tensor over bytes that are already there, such as a mapped file; nothing is copied.
  public init(storage: View) { self.init(storage) }

  /// The bytes, row-major from the start of the buffer (copied only if they lie otherwise).
  public var storage: View { layout.isRowMajor ? view : copied() }

  /// The elements one after the other, wherever in the buffer they begin (copied only if they lie otherwise).
  var dense: View { layout.isDense ? view : copied() }

  private func copied() -> View {
    let out = backend.scratch(shape, dtype)
    backend.copy(view, into: out)
    return out
  }

  /// The same numbers in another element type; gradients flow through, in the type that was.
  public func converted(to type: DType) -> Tensor {
    guard type != dtype else { return self }
    let out = backend.scratch(shape, type)
    backend.copy(view, into: out)
    let old = dtype
    return .record("convert", [self], out) { back in back.to(0) { back.gradient.converted(to: old) } }
  }

  /// The same numbers in another backend's memory; no history.
  public func moved(to other: any Backend) -> Tensor {
    guard other !== backend else { return detached }
    let packed = storage
    let out = other.scratch(shape, dtype)
    withUnsafeTemporaryAllocation(byteCount: count * dtype.size, alignment: 64) { bytes in
      backend.download(packed.buffer, to: bytes)
      other.upload(UnsafeRawBufferPointer(bytes), to: out.buffer)
    }
    return Tensor(out)
  }

  /// The tensor itself if it is on a backend, otherwise its numbers there.
  func on(_ other: any Backend) -> Tensor { backend === other ? self : moved(to: other) }
}

// MARK: - Writing in place

extension Tensor {
  /// Lets `body` write to the elements (row-major), which are copied first if another tensor or a file shares them.
  public mutating func withUniqueStorage<Result>(_ body: (View) throws -> Result) rethrows -> Result {
    precondition(node == nil, "a tensor with a history cannot be written in place; detach it first")
    if !isUnique { self = Tensor(copied()) }
    buffer.filledRows = nil
    return try body(view)
  }

  /// Adds `other` of the same shape, in place where nobody else holds the bytes.
  mutating func accumulate(_ other: Tensor) {
    guard node == nil, other.node == nil, other.dtype == dtype, other.shape == shape, isUnique else {
      return self = (self + other).detached
    }
    let (mine, others) = (filledRows == nil ? nil : buffer.filledRows, other.filledRows)
    guard let others else {
      buffer.filledRows = nil
      return backend.binary(.add, view, other.view, into: view)
    }
    buffer.filledRows = mine.flatMap { $0.union(others) }
    let ids = Tensor(ids: others, on: backend)
    backend.scatterAddRows(other.rows(ids).view, ids.view, into: view)
  }

  /// Adds a matrix product in place; returns `false`, with nothing done, where somebody else holds the bytes.
  mutating func accumulate(product a: Tensor, _ b: Tensor) -> Bool {
    guard
      node == nil, a.node == nil, b.node == nil, a.rank == 2, b.rank == 2, shape == [a.shape[0], b.shape[1]],
      dtype == a.dtype, dtype == b.dtype, isUnique
    else { return false }
    buffer.filledRows = nil
    backend.matmul(a.view, b.view, into: view, accumulate: true)
    return true
  }

  /// Writes over some entries of the first axis, in place where nobody else holds the bytes; no history.
  public mutating func overwrite(rows: Range<Int>, with values: Tensor) {
    precondition(
      values.shape == [rows.count] + shape.dropFirst() && values.dtype == dtype,
      "overwrite: \(rows.count) entries of \(dtype) \(shape) with \(values.dtype) \(values.shape)")
    withUniqueStorage {
      $0.buffer.backend.copy(values.view, into: View($0.buffer, $0.layout.sliced(0, rows), $0.dtype))
    }
  }

  /// Adds `other` of the same shape, in place where nobody else holds the bytes; no history.
  public mutating func add(_ other: Tensor) { accumulate(other) }

  /// Multiplies by a number, in place where nobody else holds the bytes; no history.
  public mutating func multiply(by scale: Float) {
    let factor = constant(Double(scale)).broadcast(to: shape)
    withUniqueStorage { $0.buffer.backend.binary(.multiply, $0, factor.view, into: $0) }
  }

  private var isUnique: Bool {
    mutating get { layout.isDense && !buffer.isForeign && isKnownUniquelyReferenced(&buffer) }
  }
}
