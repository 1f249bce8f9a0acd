import RefluxTensor

/// A low-rank update of a linear map that stays as it is (LoRA; Hu et al., 2021): `scale · up (down · dropout(x))`.
public struct LowRankAdapter: Module {
  public var down: Tensor  // [rank, inputs]; A in the paper
  public var up: Tensor  // [outputs, rank]; B in the paper
  /// `alpha / rank`, or `alpha / √rank`.
  public let scale: Float
  /// What is dropped from the input in the forward pass at hand.
  public var dropout: RowDropout?

  public init(down: Tensor, up: Tensor, scale: Float) { (self.down, self.up, self.scale) = (down, up, scale) }

  /// A fresh pair that changes nothing yet: `down` is uniform as in a linear layer of PyTorch, `up` is zero.
  public init(_ scope: ParameterScope, inputs: Int, outputs: Int, rank: Int, scale: Float) throws {
    self.init(
      down: try scope.parameter(Self.downName, [rank, inputs], .uniform(bound: 1 / Float(inputs).squareRoot())),
      up: try scope.parameter(Self.upName, [outputs, rank], .zeros), scale: scale)
  }

  /// What PEFT calls the two.
  public static let downName = "lora_A.weight"
  public static let upName = "lora_B.weight"

  public mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit(Self.downName, &down)
    visitor.visit(Self.upName, &up)
  }

  /// The map's result with the update added: `x` is `[n, inputs]`, `result` `[n, outputs]`.
  func added(to result: consuming Tensor, _ x: Tensor) -> Tensor {
    let kept = dropout.map { $0(x) } ?? x
    return result.addingProduct(kept.linear(down) * scale, up)
  }

  /// The update as one matrix, `scale · up down`: `[outputs, inputs]`.
  public var product: Tensor { up.matmul(down) * scale }
}

/// Dropout of the tokens of a packed batch, or of those whose last states are read, whichever it is given.
public struct RowDropout {
  private let dropout: Dropout
  private let rows: PackedRows
  public init(_ dropout: Dropout, _ rows: PackedRows) { (self.dropout, self.rows) = (dropout, rows) }

  /// `x` is `[tokens, width]` or `[read, width]`.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let isEveryToken = x.shape[0] == rows.counters.count
    return x.dropout(dropout, counters: isEveryToken ? rows.counters : rows.readCounters)
  }
}
