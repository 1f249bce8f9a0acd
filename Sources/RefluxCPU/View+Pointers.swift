import RefluxTensor

extension Layout {
  /// Whether the elements lie one after the other in row-major order, wherever they begin.
  var isDense: Bool {
    var expected = 1
    for axis in shape.indices.reversed() where shape[axis] != 1 {
      if strides[axis] != expected && shape[axis] != 0 { return false }
      expected *= shape[axis]
    }
    return true
  }
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
  /// Room for a dense tensor.
  func temporary(_ shape: Shape, _ dtype: DType = .float32) -> View {
    let layout = Layout(rowMajor: shape)
    return View(allocate(max(layout.count, 1) * dtype.size), layout, dtype)
  }

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
    let result = temporary(view.layout.shape, dtype)
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
