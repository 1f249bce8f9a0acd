import RefluxTensor

/// An affine map of the last axis, `x Wᵀ + b`, perhaps with a low-rank update beside it.
public struct Linear: Module {
  public var weight: Tensor  // [outputs, inputs]
  public var bias: Tensor?  // [outputs]
  public var adapter: LowRankAdapter?

  public init(weight: Tensor, bias: Tensor?) { (self.weight, self.bias) = (weight, bias) }

  /// Weights normal with `deviation`, bias 0, unless the scope has them.
  public init(_ scope: ParameterScope, inputs: Int, outputs: Int, hasBias: Bool = true, deviation: Float) throws {
    weight = try scope.parameter("weight", [outputs, inputs], .normal(deviation: deviation))
    bias = hasBias ? try scope.parameter("bias", [outputs], .zeros) : nil
  }

  public mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.offer(&self)
    visitor.visit("weight", &weight)
    // Moved out and back, not copied: what nobody else holds can be written in place.
    if var moved = bias {
      bias = nil
      visitor.visit("bias", &moved)
      bias = moved
    }
    if var moved = adapter {
      adapter = nil
      moved.visit(&visitor)
      adapter = moved
    }
  }

  /// `[n, inputs]` to `[n, outputs]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    guard let adapter else { return x.linear(weight, bias) }
    return adapter.added(to: x.linear(weight, bias), x)
  }

  /// Without the bias, which a following fused operation adds.
  public func product(_ x: Tensor) -> Tensor {
    guard let adapter else { return x.linear(weight) }
    return adapter.added(to: x.linear(weight), x)
  }

  /// The same map without an adapter: its update is added to the weight, in the weight's type.
  public var merged: Linear {
    guard let adapter else { return self }
    return Linear(weight: (weight + adapter.product).converted(to: weight.dtype).detached, bias: bias)
  }
}
