extension Tensor {
  /// `self + low upᵀ`, written over this tensor's bytes where nobody else holds them.
  ///
  /// This is how a low-rank update takes part in a product: `[n, outputs] + [n, rank] [outputs, rank]ᵀ`.
  public consuming func addingProduct(_ low: Tensor, _ up: Tensor) -> Tensor {
    precondition(
      rank == 2 && low.rank == 2 && up.rank == 2 && shape == [low.shape[0], up.shape[0]]
        && low.shape[1] == up.shape[1],
      "addingProduct: \(shape) + \(low.shape) \(up.shape)ᵀ")
    let (low, up) = Tensor.matched("addingProduct", low, up)
    let (history, first) = (node, view)
    var sum = Tensor(first)
    _ = consume first
    _ = consume self
    sum.withUniqueStorage { out in
      let transposed = View(up.buffer, up.layout.transposed(0, 1), up.dtype)
      out.buffer.backend.matmul(low.view, transposed, into: out, accumulate: true)
    }
    let (keptLow, keptUp) = (low.kept(for: up), up.kept(for: low))
    return .record("addingProduct", [Tensor(sum.view, node: history), low, up], sum.view) { back in
      let g = back.gradient
      back.to(0) { g }
      if let up = keptUp { back.to(1, product: g, back.saved(up)) }
      if let low = keptLow { back.to(2, product: g.transposed(), back.saved(low)) }
    }
  }
}
