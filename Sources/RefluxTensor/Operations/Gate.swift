extension Tensor {
  /// `activation(self) · up`, element by element: the gate of a feed-forward layer (Shazeer, 2020).
  public func gating(_ up: Tensor, _ activation: Activation) -> Tensor {
    precondition(shape == up.shape && rank > 0, "gate: \(shape) and \(up.shape)")
    let (gate, up) = Tensor.matched("gate", self, up)
    let backend = gate.backend
    let out = backend.scratch(gate.shape, gate.dtype)
    backend.gate(activation, gate.dense, up.dense, into: out)
    return .record("gate", [gate, up], out) { back in
      let (gate, up) = (back.saved(gate), back.saved(up))
      if back.createGraph {
        return back.composed([gate, up]) { Composed.activated($0[0], activation, bias: nil) * $0[1] }
      }
      let parts = [gate, up].map { backend.scratch($0.shape, $0.dtype) }
      backend.gateBackward(
        activation, gate.dense, up.dense, back.gradient.dense, gateGradient: parts[0], upGradient: parts[1])
      for (index, part) in parts.enumerated() { back.to(index) { Tensor(part) } }
    }
  }
}
