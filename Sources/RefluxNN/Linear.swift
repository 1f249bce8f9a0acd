import RefluxTensor

/// An affine map of the last axis: `x Wᵀ + b`.
public struct Linear: Module {
  public var weight: Tensor  // [outputs, inputs]
  public var bias: Tensor?  // [outputs]

  public init(weight: Tensor, bias: Tensor?) { (self.weight, self.bias) = (weight, bias) }

  /// Weights normal with `deviation`, bias 0, unless the scope has them.
  public init(_ scope: ParameterScope, inputs: Int, outputs: Int, hasBias: Bool = true, deviation: Float) throws {
    weight = try scope.parameter("weight", [outputs, inputs], .normal(deviation: deviation))
    bias = hasBias ? try scope.parameter("bias", [outputs], .zeros) : nil
  }

  public mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("weight", &weight)
    // Moved out and back, not copied: a bias that nobody else holds can be written in place.
    if var moved = bias {
      bias = nil
      visitor.visit("bias", &moved)
      bias = moved
    }
  }

  public func callAsFunction(_ x: Tensor) -> Tensor { x.linear(weight, bias) }  // [n, inputs] -> [n, outputs]

  /// Without the bias, which a following fused operation adds.
  public func product(_ x: Tensor) -> Tensor { x.linear(weight) }
}
