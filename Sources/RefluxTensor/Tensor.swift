/// An immutable n-dimensional array: a value, like `Int` or `Array`.
///
/// Operations return new tensors. A tensor remembers how it was made only if it was made from a tracked parameter (see
/// ``valueAndGradient(of:createGraph:isTrainable:_:)``); constants carry no history, so there is no `noGrad` block to
/// forget. Constants on the reference backend follow the tensors they meet to their backend.
public struct Tensor {
  var buffer: Buffer
  let layout: Layout
  public let dtype: DType
  let node: Node?

  public var shape: Shape { layout.shape }
  public var rank: Int { layout.shape.count }
  public var count: Int { layout.count }
  /// Whether the tensor has a history that gradients can flow along.
  public var isTracked: Bool { node != nil }
  public var backend: any Backend { buffer.backend }

  init(_ view: View, node: Node? = nil) {
    (buffer, layout, dtype, self.node) = (view.buffer, view.layout, view.dtype, node)
  }

  var view: View { View(buffer, layout, dtype) }

  /// The same numbers with no history.
  public var detached: Tensor { Tensor(view) }
}

// MARK: - Numbers in

extension Tensor {
  public init(_ values: [Float], _ shape: Shape? = nil, on backend: any Backend = ReferenceBackend.shared) {
    self.init(uploading: values, shape ?? [values.count], .float32, backend)
  }
  /// A float64 tensor, which only the reference backend computes with.
  public init(doubles values: [Double], _ shape: Shape? = nil, on backend: any Backend = ReferenceBackend.shared) {
    self.init(uploading: values, shape ?? [values.count], .float64, backend)
  }
  public init(ids values: [Int32], _ shape: Shape? = nil, on backend: any Backend = ReferenceBackend.shared) {
    self.init(uploading: values, shape ?? [values.count], .int32, backend)
  }
  public init(_ value: Float, on backend: any Backend = ReferenceBackend.shared) { self.init([value], [], on: backend) }

  private init<Element>(uploading values: [Element], _ shape: Shape, _ dtype: DType, _ backend: any Backend) {
    let view = backend.scratch(shape, dtype)
    precondition(values.count == view.layout.count, "\(values.count) values do not fill shape \(shape)")
    values.withUnsafeBytes { backend.upload($0, to: view.buffer) }
    self.init(view)
  }

  public static func zeros(
    _ shape: Shape, _ dtype: DType = .float32, on backend: any Backend = ReferenceBackend.shared
  ) -> Tensor { full(shape, 0, dtype, on: backend) }

  public static func ones(
    _ shape: Shape, _ dtype: DType = .float32, on backend: any Backend = ReferenceBackend.shared
  ) -> Tensor { full(shape, 1, dtype, on: backend) }

  /// The same value everywhere.
  public static func full(
    _ shape: Shape, _ value: Double, _ dtype: DType = .float32, on backend: any Backend = ReferenceBackend.shared
  ) -> Tensor {
    let view = backend.scratch(shape, dtype)
    backend.fill(view, with: value)
    return Tensor(view)
  }

  /// A constant of this tensor's shape, element type and backend.
  func filled(with value: Double) -> Tensor { .full(shape, value, dtype, on: backend) }

  /// A scalar constant of this tensor's backend, in the element type it computes with.
  func constant(_ value: Double) -> Tensor { .full([], value, dtype == .float64 ? .float64 : .float32, on: backend) }
}

// MARK: - Numbers out

extension Tensor {
  /// The elements in row-major order, as float32 whatever the tensor holds.
  public var floats: [Float] { converted(to: .float32).read(Float.self) }
  /// The elements in row-major order, as float64.
  public var doubles: [Double] { dtype == .float64 ? read(Double.self) : floats.map(Double.init) }
  /// The elements of an int32 tensor in row-major order.
  public var ids: [Int32] {
    precondition(dtype == .int32, "`ids` needs int32; this tensor holds \(dtype)")
    return read(Int32.self)
  }
  /// The only element.
  public var item: Float {
    precondition(count == 1, "`item` needs one element; the shape is \(shape)")
    return floats[0]
  }

  private func read<Element>(_: Element.Type) -> [Element] {
    let packed = storage
    return [Element](unsafeUninitializedCapacity: count) { bytes, filled in
      packed.buffer.backend.download(packed.buffer, to: UnsafeMutableRawBufferPointer(bytes))
      filled = count
    }
  }
}
