/// An immutable n-dimensional array: a value, like `Int` or `Array`.
///
/// Operations return new tensors. A tensor remembers how it was made only if it
/// was made from a tracked parameter (see ``valueAndGradient(of:createGraph:_:)``);
/// constants carry no history, so there is no `noGrad` block to forget.
public struct Tensor {
  let buffer: Buffer
  let layout: Layout
  public let dtype: DType
  let node: Node?

  public var shape: Shape { layout.shape }
  public var rank: Int { layout.shape.count }
  public var count: Int { layout.count }
  public var isTracked: Bool { node != nil }

  init(_ view: View, node: Node? = nil) {
    (buffer, layout, dtype, self.node) = (view.buffer, view.layout, view.dtype, node)
  }

  var view: View { View(buffer, layout, dtype) }
  public var backend: any Backend { buffer.backend }

  /// The same numbers with no history.
  public var detached: Tensor { Tensor(view) }
}

// MARK: - Moving numbers in and out

extension Tensor {
  public init(_ values: [Float], _ shape: Shape? = nil, on backend: any Backend = ReferenceBackend.shared) {
    self.init(uploading: values, shape ?? [values.count], .float32, backend)
  }
  public init(ids values: [Int32], _ shape: Shape? = nil, on backend: any Backend = ReferenceBackend.shared) {
    self.init(uploading: values, shape ?? [values.count], .int32, backend)
  }
  public init(_ value: Float, on backend: any Backend = ReferenceBackend.shared) { self.init([value], [], on: backend) }

  private init<T>(uploading values: [T], _ shape: Shape, _ dtype: DType, _ backend: any Backend) {
    let view = backend.scratch(shape, dtype)
    precondition(values.count == view.layout.count, "\(values.count) values do not fill shape \(shape)")
    values.withUnsafeBytes { backend.upload($0, to: view.buffer) }
    self.init(view)
  }

  public static func zeros(_ shape: Shape) -> Tensor { Tensor([Float](repeating: 0, count: shape.reduce(1, *)), shape) }
  public static func ones(_ shape: Shape) -> Tensor { Tensor([Float](repeating: 1, count: shape.reduce(1, *)), shape) }

  public var floats: [Float] { read(Float.self) }
  public var ids: [Int32] { read(Int32.self) }
  public var item: Float { precondition(count == 1, "`item` needs one element; shape is \(shape)"); return floats[0] }

  private func read<T>(_: T.Type) -> [T] {
    let packed = contiguousView()
    return [T](unsafeUninitializedCapacity: count) { bytes, filled in
      backend.download(packed.buffer, to: UnsafeMutableRawBufferPointer(bytes))
      filled = count
    }
  }

  func contiguousView() -> View {
    if layout.isRowMajor { return view }
    let out = backend.scratch(shape, dtype)
    backend.copy(view, into: out)
    return out
  }
}
