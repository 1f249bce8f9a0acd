import RefluxTensor

/// An affine map of the last axis: `x Wᵀ + b`.
public struct Linear: Module {
  public var weight: Tensor  // [outputs, inputs]
  public var bias: Tensor  // [outputs]

  public init(weight: Tensor, bias: Tensor) { (self.weight, self.bias) = (weight, bias) }

  public mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("weight", &weight)
    visitor.visit("bias", &bias)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor { x.matmul(weight.transposed()) + bias }
}
