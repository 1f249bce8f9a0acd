import RefluxTensor

/// A table with one row per id.
public struct Embedding: Module {
  public var weight: Tensor  // [ids, width]
  /// The row that is never trained (PyTorch's `padding_idx`).
  public let padding: Int?

  public init(_ scope: ParameterScope, ids: Int, width: Int, padding: Int? = nil, deviation: Float) throws {
    weight = try scope.parameter("weight", [ids, width], .normal(deviation: deviation, padding: padding))
    self.padding = padding
  }

  public mutating func visit(_ visitor: inout ParameterVisitor) { visitor.visit("weight", &weight) }

  /// The rows of `ids`, which must lie inside the table: `[ids.count, width]`.
  public func callAsFunction(_ ids: [Int32]) -> Tensor {
    weight.rows(Tensor(ids: ids, on: weight.backend), paddingIndex: padding).computable
  }
}
