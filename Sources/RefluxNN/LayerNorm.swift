import RefluxTensor

/// Layer normalisation of the last axis (Ba et al., 2016), with what comes before it in a post-norm transformer.
public struct LayerNorm: Module {
  public var weight: Tensor  // [width]
  public var bias: Tensor  // [width]
  public let epsilon: Float

  public init(_ scope: ParameterScope, width: Int, epsilon: Float) throws {
    weight = try scope.parameter("weight", [width], .ones)
    bias = try scope.parameter("bias", [width], .zeros)
    self.epsilon = epsilon
  }

  public mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("weight", &weight)
    visitor.visit("bias", &bias)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {  // [n, width]
    x.normalized(scale: weight, shift: bias, epsilon: epsilon)
  }

  /// `norm(residual + dropout(product + bias))` in one pass over the rows: `[n, width]`.
  public func callAsFunction(
    _ product: Tensor, bias: Tensor?, residual: Tensor, dropout: Dropout?, counters: Tensor
  ) -> Tensor {
    product.normalized(
      residual: residual, bias: bias, dropout: dropout.map { ($0, counters: counters) }, scale: weight,
      shift: self.bias, epsilon: epsilon)
  }
}
