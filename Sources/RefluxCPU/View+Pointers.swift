import RefluxTensor

extension Layout {
  /// The length of the last axis; 1 for a scalar.
  var columns: Int { shape.last ?? 1 }
  /// The product of all axes but the last.
  var rows: Int { shape.dropLast().reduce(1, *) }
}

extension View {
  /// The first element.
  func pointer<Element>(_: Element.Type) -> UnsafeMutablePointer<Element> {
    buffer.address.assumingMemoryBound(to: Element.self) + layout.offset
  }
  var floats: UnsafeMutablePointer<Float> { pointer(Float.self) }
  /// Dense float32: what the fused kernels take.
  var isDenseFloat: Bool { dtype == .float32 && layout.isDense }
}

extension CPUBackend {
  /// Room for `count` floats while `body` runs.
  func withTemporary(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
    let bytes = max(count, 1) * MemoryLayout<Float>.size
    let address = buffers.allocate(bytes)
    defer { buffers.release(address, bytes) }
    body(address.assumingMemoryBound(to: Float.self))
  }

  /// The view itself if it is dense and of this type, else a copy that is.
  func dense(_ view: View, _ dtype: DType) -> View {
    if view.dtype == dtype && view.layout.isDense { return view }
    let result = scratch(view.layout.shape, dtype)
    copy(view, into: result)
    return result
  }

  /// Traps unless every view is what a fused kernel takes.
  func requireDenseFloats(_ kernel: StaticString, _ views: View?...) {
    for view in views {
      precondition(view?.isDenseFloat ?? true, "\(kernel): this kernel takes row-major float32 views")
    }
  }
}
