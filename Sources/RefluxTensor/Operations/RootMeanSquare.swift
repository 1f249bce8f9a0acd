extension Tensor {
  /// Root mean square normalization of each row (Zhang and Sennrich, 2019): `x / √(mean(x²) + epsilon) · scale`.
  ///
  /// The tensor and the result are `[n, columns]`, `scale` is `[columns]`.
  public func rootMeanSquareNormalized(scale: Tensor, epsilon: Float) -> Tensor {
    precondition(rank == 2 && scale.shape == [shape[1]], "normalize: input \(shape), scale \(scale.shape)")
    let (x, scale) = Tensor.matched("rootMeanSquareNormalize", self, scale)
    let backend = x.backend
    let out = backend.scratch(x.shape, x.dtype), inverse = backend.scratch([x.shape[0]], x.dtype)
    backend.rootMeanSquareNorm(x.dense, scale: scale.dense, epsilon: epsilon, inverse: inverse, into: out)
    return .record("rootMeanSquareNormalize", [x, scale], out) { back in
      let (x, scale) = (back.saved(x), back.saved(scale))
      if back.createGraph {
        return back.composed([x, scale]) {
          Composed.rootMeanSquareNormalized($0[0], scale: $0[1], epsilon: epsilon).result
        }
      }
      let xGradient = backend.scratch(x.shape, x.dtype)
      let scaleGradient = back.wants(1) ? backend.scratch(scale.shape, x.dtype) : nil
      backend.rootMeanSquareNormBackward(
        x.dense, scale: scale.dense, inverse: inverse, back.gradient.dense, xGradient: xGradient,
        scaleGradient: scaleGradient)
      back.to(0) { Tensor(xGradient) }
      if let scaleGradient { back.to(1) { Tensor(scaleGradient) } }
    }
  }
}
