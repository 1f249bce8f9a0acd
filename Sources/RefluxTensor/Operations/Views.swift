// Views change the layout and share the bytes; `padded` and `concatenated` copy.

extension Tensor {
  public func reshaped(_ shape: Shape) -> Tensor {
    precondition(
      shape.reduce(1, *) == count, "reshape: \(self.shape) has \(count) elements, \(shape) needs \(shape.reduce(1, *))")
    let (packed, old) = (dense, self.shape)
    let result = View(packed.buffer, Layout(rowMajor: shape, offset: packed.layout.offset), dtype)
    return .record("reshape", [self], result) { back in back.to(0) { back.gradient.reshaped(old) } }
  }

  /// Swaps two axes.
  public func transposed(_ a: Int = -2, _ b: Int = -1) -> Tensor {
    let (a, b) = (axis(a), axis(b))
    return .record("transpose", [self], View(buffer, layout.transposed(a, b), dtype)) { back in
      back.to(0) { back.gradient.transposed(a, b) }
    }
  }

  /// Repeats axes of length 1, and adds leading ones, until the shape is `shape`.
  public func broadcast(to shape: Shape) -> Tensor {
    guard shape != self.shape else { return self }
    guard let wide = layout.broadcast(to: shape) else {
      preconditionFailure("broadcast: \(self.shape) does not stretch to \(shape)")
    }
    let old = self.shape
    return .record("broadcast", [self], View(buffer, wide, dtype)) { back in
      back.to(0) { back.gradient.summed(to: old) }
    }
  }

  /// The entries `range` of an axis.
  public func sliced(_ range: Range<Int>, axis index: Int = 0) -> Tensor {
    let axis = axis(index)
    let total = shape[axis]
    precondition(
      range.lowerBound >= 0 && range.upperBound <= total, "slice: \(range) is outside axis \(axis) of shape \(shape)")
    return .record("slice", [self], View(buffer, layout.sliced(axis, range), dtype)) { back in
      back.to(0) { back.gradient.padded(axis: axis, before: range.lowerBound, total: total) }
    }
  }

  /// Puts zeros around the entries of an axis, so that it gets the length `total`.
  func padded(axis: Int, before: Int, total: Int) -> Tensor {
    var wide = shape
    wide[axis] = total
    let out = Tensor.zeros(wide, dtype, on: backend).view
    let range = before..<(before + shape[axis])
    backend.copy(view, into: View(out.buffer, out.layout.sliced(axis, range), dtype))
    return .record("pad", [self], out) { back in back.to(0) { back.gradient.sliced(range, axis: axis) } }
  }

  /// Puts tensors one after the other along an axis; all other axes agree.
  public static func concatenated(_ parts: [Tensor], axis index: Int = 0) -> Tensor {
    precondition(!parts.isEmpty, "concatenate: there is nothing to concatenate")
    let axis = parts[0].axis(index)
    var (total, ranges): (Int, [Range<Int>]) = (0, [])
    for part in parts {
      var expected = parts[0].shape
      expected[axis] = part.rank == expected.count ? part.shape[axis] : -1
      precondition(
        part.shape == expected && part.dtype == parts[0].dtype,
        "concatenate: \(part.dtype) \(part.shape) does not fit \(parts[0].dtype) \(parts[0].shape) along axis \(axis)")
      ranges.append(total..<(total + part.shape[axis]))
      total += part.shape[axis]
    }
    var shape = parts[0].shape
    shape[axis] = total
    let backend = parts[0].backend
    let out = backend.scratch(shape, parts[0].dtype)
    for (part, range) in Swift.zip(parts, ranges) {
      precondition(part.backend === backend, "concatenate: the parts are on \(part.backend.name) and \(backend.name)")
      backend.copy(part.view, into: View(out.buffer, out.layout.sliced(axis, range), out.dtype))
    }
    return .record("concatenate", parts, out) { [ranges] back in
      for (index, range) in ranges.enumerated() { back.to(index) { back.gradient.sliced(range, axis: axis) } }
    }
  }

  /// An axis counted from the front; negative ones count from the end.
  func axis(_ index: Int) -> Int {
    let axis = index < 0 ? rank + index : index
    precondition(axis >= 0 && axis < rank, "axis \(index) is outside shape \(shape)")
    return axis
  }
}
