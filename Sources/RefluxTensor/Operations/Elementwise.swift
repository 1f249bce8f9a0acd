// One value in, one value out.

extension Tensor {
  /// The tensor in a type that can be computed with: 16-bit types become float32.
  public var computable: Tensor {
    precondition(dtype != .int32, "int32 tensors hold ids; arithmetic needs floating point")
    return dtype == .bfloat16 || dtype == .float16 ? converted(to: .float32) : self
  }

  private func map(_ op: UnaryOp) -> View {
    let out = backend.scratch(shape, dtype)
    backend.unary(op, view, into: out)
    return out
  }

  public static prefix func - (x: Tensor) -> Tensor {
    let x = x.computable
    return .record("negate", [x], x.map(.negate)) { back in back.to(0) { -back.gradient } }
  }

  public func exp() -> Tensor {
    let x = computable
    return .record("exp", [x], x.map(.exp), keepsOutput: true) { back in
      back.to(0) { back.gradient * back.output }
    }
  }

  /// The natural logarithm.
  public func log() -> Tensor {
    let x = computable
    return .record("log", [x], x.map(.log)) { back in back.to(0) { back.gradient / back.saved(x) } }
  }

  public func sqrt() -> Tensor {
    let x = computable
    return .record("sqrt", [x], x.map(.sqrt), keepsOutput: true) { back in
      back.to(0) { back.gradient / (2 * back.output) }
    }
  }

  public func tanh() -> Tensor {
    let x = computable
    return .record("tanh", [x], x.map(.tanh), keepsOutput: true) { back in
      back.to(0) { back.gradient * (1 - back.output * back.output) }
    }
  }

  /// `1 / (1 + exp(-x))`.
  public func sigmoid() -> Tensor {
    let x = computable
    return .record("sigmoid", [x], x.map(.sigmoid), keepsOutput: true) { back in
      back.to(0) { back.gradient * back.output * (1 - back.output) }
    }
  }

  /// The error function, `2/√π ∫₀ˣ exp(-t²) dt`.
  public func erf() -> Tensor {
    let x = computable
    return .record("erf", [x], x.map(.erf)) { back in
      back.to(0) {
        let x = back.saved(x)
        return back.gradient * (-(x * x)).exp() * x.constant(2 / Double.pi.squareRoot())
      }
    }
  }

  /// `1 / x`.
  public func reciprocal() -> Tensor {
    let x = computable
    return .record("reciprocal", [x], x.map(.reciprocal), keepsOutput: true) { back in
      back.to(0) { -back.gradient * back.output * back.output }
    }
  }

  public func abs() -> Tensor {
    let x = computable
    return .record("abs", [x], x.map(.abs)) { back in back.to(0) { back.gradient * back.saved(x).sign() } }
  }

  /// -1, 0 or 1; its gradient is zero.
  public func sign() -> Tensor { Tensor(computable.map(.sign)) }

  /// The values moved into `lower ... upper`; the gradient passes where they are inside.
  public func clamped(_ lower: Float, _ upper: Float) -> Tensor {
    let x = computable
    let result = x.detached.maximum(x.constant(Double(lower))).minimum(x.constant(Double(upper)))
    return .record("clamp", [x], result.view) { back in
      back.to(0) { back.gradient * (1 - (x.detached - result).sign().abs()) }
    }
  }
}
