extension Tensor {
  /// The affine map of the last axis, `x Wᵀ + b`, with a weight of `[outputs, inputs]`.
  public func linear(_ weight: Tensor, _ bias: Tensor? = nil) -> Tensor {
    let (x, weight, bias) = linearOperands(weight, bias)
    let out = x.linearKernel(weight, bias)
    let (keptX, keptWeight, length) = (x.kept(for: weight), weight.kept(for: x), shape)
    let result = Tensor.record("linear", [x, weight] + (bias.map { [$0] } ?? []), out) { back in
      let g = back.gradient
      if let weight = keptWeight { back.to(0, product: g, back.saved(weight)) }
      if let x = keptX { back.to(1, product: g.transposed(), back.saved(x)) }
      if bias != nil { back.to(2) { g.rowSum() } }
    }
    return length.count == 2 ? result : result.reshaped(length.dropLast() + [weight.shape[0]])
  }

  /// The operands of a linear map, of one type and with the rows flattened.
  func linearOperands(_ weight: Tensor, _ bias: Tensor?) -> (x: Tensor, weight: Tensor, bias: Tensor?) {
    precondition(
      rank >= 1 && weight.rank == 2 && shape.last == weight.shape[1],
      "linear: input \(shape) and weight \(weight.shape): the input's last axis and the weight's differ")
    precondition(
      bias.map { $0.shape == [weight.shape[0]] } ?? true,
      "linear: bias \(bias?.shape ?? []) for weight \(weight.shape)")
    let (x, w) = Tensor.matchedProduct("linear", self, weight)
    let flat = x.rank == 2 ? x : x.reshaped([x.shape.dropLast().reduce(1, *), weight.shape[1]])
    return (flat, w, bias.map { Tensor.matched("linear", x, $0).1 })
  }

  func linearKernel(_ weight: Tensor, _ bias: Tensor?) -> View {
    let out = backend.scratch([shape[0], weight.shape[0]], dtype)
    backend.matmul(
      view, View(weight.buffer, weight.layout.transposed(0, 1), weight.dtype), into: out, accumulate: false)
    if let bias { backend.addBias(bias.dense, to: out) }
    return out
  }

  /// The sum of the rows: `[n, columns]` to `[columns]`.
  func rowSum() -> Tensor {
    let out = backend.scratch([shape[1]], dtype)
    backend.sumRows(dense, into: out)
    let wide = shape
    return .record("rowSum", [self], out) { back in back.to(0) { back.gradient.broadcast(to: wide) } }
  }
}
