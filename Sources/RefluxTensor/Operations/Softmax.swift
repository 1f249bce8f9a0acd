extension Tensor {
  /// Softmax along the last axis.
  public func softmax() -> Tensor {
    let (x, out) = softmaxKernel(log: false)
    return .record("softmax", [x], out, keepsOutput: true) { back in
      back.to(0) {
        guard back.createGraph else { return back.softmaxKernel(log: false) }
        let (g, y) = (back.gradient, back.output)
        return y * (g - (g * y).sum([-1], keepingAxes: true))
      }
    }
  }

  /// The logarithm of softmax along the last axis.
  public func logSoftmax() -> Tensor {
    let (x, out) = softmaxKernel(log: true)
    return .record("logSoftmax", [x], out, keepsOutput: true) { back in
      back.to(0) {
        guard back.createGraph else { return back.softmaxKernel(log: true) }
        let (g, y) = (back.gradient, back.output)
        return g - y.exp() * g.sum([-1], keepingAxes: true)
      }
    }
  }

  private func softmaxKernel(log: Bool) -> (Tensor, View) {
    precondition(rank > 0, "softmax: a scalar has no axis to run along")
    let x = computable
    let out = x.backend.scratch(x.shape, x.dtype)
    x.backend.softmax(x.dense, log: log, into: out)
    return (x, out)
  }
}

extension Backward {
  fileprivate func softmaxKernel(log: Bool) -> Tensor {
    let out = gradient.backend.scratch(gradient.shape, gradient.dtype)
    gradient.backend.softmaxBackward(output.view, gradient.dense, log: log, into: out)
    return Tensor(out)
  }
}
