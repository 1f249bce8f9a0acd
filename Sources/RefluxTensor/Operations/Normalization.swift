extension Tensor {
  /// Layer normalization of `residual + dropout(x + bias)`, row by row: `[n, columns]`.
  ///
  /// `residual` is `[n, columns]`, `bias`, `scale` and `shift` `[columns]`; `dropout` says what is dropped of `x + bias`,
  /// with one int32 counter for each row; `epsilon` is added to the variance.
  public func normalized(
    residual: Tensor? = nil, bias: Tensor? = nil, dropout: (Dropout, counters: Tensor)? = nil, scale: Tensor,
    shift: Tensor, epsilon: Float
  ) -> Tensor {
    precondition(
      rank == 2 && scale.shape == [shape[1]] && shift.shape == scale.shape
        && bias?.shape ?? scale.shape == scale.shape && residual?.shape ?? shape == shape,
      "normalize: input \(shape), residual \(residual?.shape ?? []), bias \(bias?.shape ?? []), scale \(scale.shape)")
    let dropout = dropout.flatMap { $0.0.rate > 0 ? ($0.0, counters: $0.counters.on(backend)) : nil }
    let (x, scale) = Tensor.matched("normalize", self, scale)
    func fitting(_ other: Tensor) -> Tensor { Tensor.matched("normalize", x, other).1 }
    let step = NormalizedSum(
      x: x, residual: residual.map(fitting), bias: bias.map(fitting), dropout: dropout, scale: scale,
      shift: fitting(shift), epsilon: epsilon)
    return step.result()
  }
}

/// One layer normalization with what stands before it, and its gradients.
private struct NormalizedSum {
  let x: Tensor, residual: Tensor?, bias: Tensor?
  let dropout: (Dropout, counters: Tensor)?
  let scale: Tensor, shift: Tensor
  let epsilon: Float

  func result() -> Tensor {
    let (backend, rows) = (x.backend, x.shape[0])
    let out = backend.scratch(x.shape, x.dtype)
    let mean = backend.scratch([rows], x.dtype), inverseDeviation = backend.scratch([rows], x.dtype)
    let input = x.dense
    let isPlain = residual == nil && bias == nil && dropout == nil
    let sumView = isPlain ? input : backend.scratch(x.shape, x.dtype)
    backend.layerNorm(
      input, bias: bias?.dense, residual: residual?.dense, dropout: dropout.views, scale: scale.dense,
      shift: shift.dense, epsilon: epsilon, sum: isPlain ? nil : sumView, mean: mean,
      inverseDeviation: inverseDeviation, into: out)

    let (dropout, scale, shift, epsilon) = (dropout, scale, shift, epsilon)
    let (hasResidual, hasBias) = (residual != nil, bias != nil)
    // The sum has a history of its own, for gradients of gradients only.
    let sum =
      isPlain
      ? x
      : Tensor.record("residualSum", inputs, sumView) { back in
        back.toSummands(back.gradient, dropout, hasResidual, hasBias)
      }
    return .record("normalize", inputs + [scale, shift], out) { back in
      let first = 1 + (hasResidual ? 1 : 0) + (hasBias ? 1 : 0)
      let (sum, scale) = (back.saved(sum), back.saved(scale))
      if back.createGraph {
        let parts = back.gradients(of: [sum, scale, back.saved(shift)]) {
          Composed.normalized($0[0], scale: $0[1], shift: $0[2], epsilon: epsilon).result
        }
        if let part = parts[0] { back.toSummands(part, dropout, hasResidual, hasBias) }
        for index in 1...2 { if let part = parts[index] { back.to(first + index - 1) { part } } }
        return
      }
      back.normalizationKernel(
        sum, scale, mean, inverseDeviation, dropout, hasResidual: hasResidual, hasBias: hasBias)
    }
  }

  private var inputs: [Tensor] { [x] + [residual, bias].compactMap { $0 } }
}

extension Backward {
  /// Gives `x`, then the residual, then the bias their parts of the sum's gradient.
  fileprivate func toSummands(
    _ gradient: Tensor, _ dropout: (Dropout, counters: Tensor)?, _ hasResidual: Bool, _ hasBias: Bool
  ) {
    let bias = hasResidual ? 2 : 1
    if hasResidual { to(1) { gradient } }
    guard wants(0) || hasBias && wants(bias) else { return }
    let inner = dropout.map { gradient.dropout($0.0, counters: $0.counters) } ?? gradient
    to(0) { inner }
    if hasBias { to(bias) { inner.rowSum() } }
  }

  fileprivate func normalizationKernel(
    _ sum: Tensor, _ scale: Tensor, _ mean: View, _ inverseDeviation: View, _ dropout: (Dropout, counters: Tensor)?,
    hasResidual: Bool, hasBias: Bool
  ) {
    let backend = sum.backend
    let biasIndex = hasResidual ? 2 : 1
    let scaleIndex = biasIndex + (hasBias ? 1 : 0)
    func parameter(_ index: Int) -> View? { wants(index) ? backend.scratch(scale.shape, sum.dtype) : nil }
    let sumGradient = backend.scratch(sum.shape, sum.dtype)
    let xGradient = dropout != nil && wants(0) ? backend.scratch(sum.shape, sum.dtype) : nil
    let biasGradient = hasBias ? parameter(biasIndex) : nil
    let (scaleGradient, shiftGradient) = (parameter(scaleIndex), parameter(scaleIndex + 1))
    backend.layerNormBackward(
      sum.dense, dropout: dropout.views, scale: scale.dense, mean: mean, inverseDeviation: inverseDeviation,
      gradient.dense, sumGradient: sumGradient, xGradient: xGradient, biasGradient: biasGradient,
      scaleGradient: scaleGradient, shiftGradient: shiftGradient)
    to(0) { Tensor(xGradient ?? sumGradient) }
    if hasResidual { to(1) { Tensor(sumGradient) } }
    if let biasGradient { to(biasIndex) { Tensor(biasGradient) } }
    if let scaleGradient { to(scaleIndex) { Tensor(scaleGradient) } }
    if let shiftGradient { to(scaleIndex + 1) { Tensor(shiftGradient) } }
  }
}

extension (Dropout, counters: Tensor)? {
  /// What kernels take.
  var views: (Dropout, counters: View)? { map { ($0.0, counters: $0.counters.dense) } }
}
