import RefluxTensor

/// The first token of each row, through a dense layer and tanh.
public struct Pooler: Module {
  public var dense: Linear

  public init(_ scope: ParameterScope, width: Int, deviation: Float) throws {
    dense = try Linear(scope["dense"], inputs: width, outputs: width, deviation: deviation)
  }

  public mutating func visit(_ visitor: inout ParameterVisitor) { visitor.visit("dense", &dense) }

  /// From the rows' first tokens: `[rows, width]` to `[rows, width]`.
  public func callAsFunction(_ first: Tensor) -> Tensor {
    dense.product(first).activated(.tanh, bias: dense.bias)
  }
}
