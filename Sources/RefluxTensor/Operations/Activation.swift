extension Tensor {
  /// `activation(x + bias)`, with a bias of `[columns]`.
  public func activated(_ activation: Activation, bias: Tensor? = nil) -> Tensor {
    let (x, bias) = activationOperands(bias)
    let out = Tensor(x.activationKernel(activation, bias))
    return .record("activation", [x] + (bias.map { [$0] } ?? []), out.view) { back in
      let (x, bias) = (back.saved(x), bias.map(back.saved))
      if back.createGraph {
        return back.composed([x] + (bias.map { [$0] } ?? [])) {
          Composed.activated($0[0], activation, bias: $0.count > 1 ? $0[1] : nil)
        }
      }
      let g = x.activationGradient(activation, bias, back.gradient)
      back.to(0) { g }
      if bias != nil { back.to(1) { g.summed(to: [g.shape[g.rank - 1]]) } }
    }
  }

  /// `activation(x + bias) Wᵀ + b`: the second half of a feed-forward layer.
  ///
  /// Keeps only `x`: the activation's result is made again in the backward pass, which is cheaper than its memory.
  /// `bias` is `[inputs]`, `weight` `[outputs, inputs]`, `outputBias` `[outputs]`.
  public func activatedLinear(_ activation: Activation, bias: Tensor, weight: Tensor, outputBias: Tensor? = nil)
    -> Tensor
  {
    let (x, weight, outputBias) = linearOperands(weight, outputBias)
    let bias = Tensor.matched("activatedLinear", x, bias).1
    precondition(bias.shape == [weight.shape[1]], "activatedLinear: bias \(bias.shape) for weight \(weight.shape)")
    let gate = Tensor(x.activationKernel(activation, bias))
    let out = gate.linearKernel(weight, outputBias)
    let inputs = [x, bias, weight] + (outputBias.map { [$0] } ?? [])
    let result = Tensor.record("activatedLinear", inputs, out) { back in
      let (x, bias, weight, g) = (back.saved(x), back.saved(bias), back.saved(weight), back.gradient)
      if back.createGraph {
        return back.composed([x, bias, weight] + (outputBias.map { [back.saved($0)] } ?? [])) {
          Composed.linear(Composed.activated($0[0], activation, bias: $0[1]), $0[2], $0.count > 3 ? $0[3] : nil)
        }
      }
      if outputBias != nil { back.to(3) { g.rowSum() } }
      guard back.wants(0) || back.wants(1) else {
        return back.to(2, product: g.transposed(), Tensor(x.activationKernel(activation, bias)))
      }
      let gate = back.wants(2) ? x.backend.scratch(x.shape, x.dtype) : nil
      let inner = x.activationGradient(activation, bias, g.matmul(weight), value: gate)
      if let gate { back.to(2, product: g.transposed(), Tensor(gate)) }
      back.to(0) { inner }
      back.to(1) { inner.rowSum() }
    }
    return rank == 2 ? result : result.reshaped(shape.dropLast() + [weight.shape[0]])
  }

  private func activationOperands(_ bias: Tensor?) -> (Tensor, Tensor?) {
    guard let bias else { return (computable, nil) }
    precondition(bias.shape == [shape.last ?? 1], "activation: bias \(bias.shape) for input \(shape)")
    let (x, b) = Tensor.matched("activation", self, bias)
    return (x, b)
  }

  private func activationKernel(_ activation: Activation, _ bias: Tensor?) -> View {
    let out = backend.scratch(shape, dtype)
    backend.activate(activation, dense, bias: bias?.dense, into: out)
    return out
  }

  private func activationGradient(
    _ activation: Activation, _ bias: Tensor?, _ gradient: Tensor, value: View? = nil
  ) -> Tensor {
    let out = backend.scratch(shape, dtype)
    backend.activateBackward(activation, dense, bias: bias?.dense, gradient.dense, value: value, into: out)
    return Tensor(out)
  }
}
