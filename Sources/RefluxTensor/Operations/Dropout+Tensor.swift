extension Tensor {
  /// Zeroes some elements of each row and divides the rest by `1 - rate`; see ``Dropout`` for which.
  ///
  /// `counters` holds one int32 number for each row of `[…, columns]`; no dropout leaves the tensor as it is.
  public func dropout(_ dropout: Dropout?, counters: Tensor) -> Tensor {
    guard let dropout, dropout.rate > 0 else { return self }
    let x = computable
    let mask = x.dropoutMask(dropout, counters: counters)
    let out = x.backend.scratch(x.shape, x.dtype)
    x.backend.binary(.multiply, x.view, mask.view, into: out)
    return .record("dropout", [x], out) { back in back.to(0) { back.gradient.dropout(dropout, counters: counters) } }
  }

  /// A constant like this tensor with the dropout factors of its elements.
  func dropoutMask(_ dropout: Dropout, counters: Tensor) -> Tensor {
    let (columns, counters) = (shape.last ?? 1, counters.on(backend))
    precondition(counters.count * columns == count, "dropout: \(counters.count) counters for shape \(shape)")
    let out = backend.scratch([counters.count, columns], dtype)
    backend.dropoutMask(dropout, counters: counters.dense, into: out)
    return Tensor(View(out.buffer, Layout(rowMajor: shape), dtype))
  }
}
