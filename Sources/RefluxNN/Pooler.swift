import RefluxTensor

/// The first token of each row, through a dense layer with an activation.
public struct Pooler: Module {
  public var dense: Linear
  public let activation: Activation
  /// Of what the dense layer reads; `nil`: there is no dropout site.
  public let dropout: Float?

  public init(
    _ scope: ParameterScope, width: Int, activation: Activation = .tanh, dropout: Float? = nil, deviation: Float
  ) throws {
    dense = try Linear(scope, inputs: width, outputs: width, deviation: deviation)
    (self.activation, self.dropout) = (activation, dropout)
  }

  public mutating func visit(_ visitor: inout ParameterVisitor) { dense.visit(&visitor) }

  /// From the rows' first tokens: `[rows, width]` to `[rows, width]`.
  public func callAsFunction(_ first: Tensor, _ rows: PackedRows, _ pass: inout some DropoutSites) -> Tensor {
    let site = dropout.flatMap { pass.dropout($0) }
    return dense.product(first.dropout(site, counters: rows.readCounters)).activated(activation, bias: dense.bias)
  }
}
