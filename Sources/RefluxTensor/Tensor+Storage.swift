extension Tensor {
  /// A tensor over bytes that are already there, such as a mapped file; nothing is copied.
  public init(storage: View) { self.init(storage) }

  /// The bytes, row-major from the start of the buffer (copied only if they lie otherwise).
  public var storage: View { contiguousView() }

  /// The same numbers in another element type; no history.
  public func converted(to type: DType) -> Tensor {
    guard type != dtype else { return detached }
    let out = backend.scratch(shape, type)
    backend.copy(view, into: out)
    return Tensor(out)
  }
}
