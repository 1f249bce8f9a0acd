extension Tensor {
  /// The matrix product over the last two axes; leading axes are batches and broadcast.
  public func matmul(_ other: Tensor) -> Tensor {
    precondition(
      rank >= 2 && other.rank >= 2 && shape[rank - 1] == other.shape[other.rank - 2],
      "matmul: \(shape) × \(other.shape): the inner axes \(shape.last ?? 0) and \(other.shape.dropLast().last ?? 0) differ"
    )
    if rank > 2 && other.rank == 2 {
      return reshaped([shape.dropLast().reduce(1, *), shape[rank - 1]]).matmul(other)
        .reshaped(shape.dropLast() + [other.shape[1]])
    }
    guard let batch = broadcastShape(shape.dropLast(2), other.shape.dropLast(2)) else {
      preconditionFailure("matmul: the leading axes of \(shape) and \(other.shape) do not broadcast")
    }
    var (a, b) = Tensor.matchedProduct("matmul", self, other)
    a = a.broadcast(to: batch + shape.suffix(2))
    b = b.broadcast(to: batch + other.shape.suffix(2))
    let out = a.backend.scratch(batch + [shape[rank - 2], other.shape[other.rank - 1]], a.dtype)
    a.backend.matmul(a.view, b.view, into: out, accumulate: false)
    let (keptA, keptB) = (a.kept(for: b), b.kept(for: a))
    return .record("matmul", [a, b], out) { back in
      if let b = keptB { back.to(0, product: back.gradient, back.saved(b).transposed()) }
      if let a = keptA { back.to(1, product: back.saved(a).transposed(), back.gradient) }
    }
  }
}
