import RefluxTensor

/// Root mean square normalisation of the last axis (Zhang and Sennrich, 2019).
public struct RMSNorm: Module {
  public var weight: Tensor  // [width]
  public let epsilon: Float

  public init(_ scope: ParameterScope, width: Int, epsilon: Float) throws {
    weight = try scope.parameter("weight", [width], .ones)
    self.epsilon = epsilon
  }

  public mutating func visit(_ visitor: inout ParameterVisitor) { visitor.visit("weight", &weight) }

  public func callAsFunction(_ x: Tensor) -> Tensor {  // [n, width]
    x.rootMeanSquareNormalized(scale: weight, epsilon: epsilon)
  }
}
