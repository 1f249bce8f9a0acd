extension Tensor {
  /// Turns pairs of each head's elements by an angle that depends on the token's position (rotary embeddings; Su et al.,
  /// 2021), in the halves convention of Hugging Face: element `i` is paired with element `i + size / 2`.
  ///
  /// The tensor is `[tokens, heads · size]`; `cosines` and `sines` are constants, `[positions, size / 2]`, and `positions`
  /// is int32, `[tokens]`. With `isInverse` the angles are negative, which undoes the turn.
  public func rotated(cosines: Tensor, sines: Tensor, positions: Tensor, isInverse: Bool = false) -> Tensor {
    precondition(
      rank == 2 && shape[1].isMultiple(of: 2 * Swift.max(cosines.shape[1], 1)) && sines.shape == cosines.shape
        && positions.dtype == .int32 && positions.count == shape[0],
      "rotate: \(shape) by angles \(cosines.shape) at \(positions.count) positions")
    let x = computable
    let (cosines, sines) = (cosines.converted(to: x.dtype), sines.converted(to: x.dtype))
    let out = x.backend.scratch(x.shape, x.dtype)
    x.backend.rotate(
      x.dense, cosines: cosines.dense, sines: sines.dense, positions: positions.dense, isInverse: isInverse, into: out)
    return .record("rotate", [x], out) { back in
      back.to(0) {
        back.gradient.rotated(cosines: cosines, sines: sines, positions: positions, isInverse: !isInverse)
      }
    }
  }
}
