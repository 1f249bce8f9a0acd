import RefluxTensor

/// Dropout and a linear map of each row's pooled vector: class scores, or one number.
public struct ClassificationHead: Module {
  public var linear: Linear
  public let dropout: Float

  public init(_ scope: ParameterScope, width: Int, outputs: Int, dropout: Float, deviation: Float) throws {
    linear = try Linear(scope, inputs: width, outputs: outputs, deviation: deviation)
    self.dropout = dropout
  }

  public mutating func visit(_ visitor: inout ParameterVisitor) { linear.visit(&visitor) }

  public func callAsFunction(_ pooled: Tensor, _ rows: PackedRows, _ pass: inout some DropoutSites) -> Tensor {
    let site = pass.dropout(dropout)
    return linear(pooled.dropout(site, counters: rows.readCounters))  // [rows, width] -> [rows, outputs]
  }
}
