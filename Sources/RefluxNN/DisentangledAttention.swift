import RefluxTensor

/// How a family of DeBERTa makes what attention multiplies out of tokens and of relative positions.
public protocol DisentangledProjections: Module {
  /// Queries, keys and values of the tokens `[tokens, hidden]`, each of the same shape.
  func contents(_ x: Tensor) -> (query: Tensor, key: Tensor, value: Tensor)
  /// The map of position vectors that queries are multiplied with; `nil`: the model has no such term.
  var positionKeys: ((Tensor) -> Tensor)? { get }
  /// The map of position vectors that keys are multiplied with; `nil`: the model has no such term.
  var positionQueries: ((Tensor) -> Tensor)? { get }
}

/// Multi-head attention of each row of a packed batch to itself, with content and relative position kept apart (He et
/// al., 2021, DeBERTa, equation 4).
public struct DisentangledAttention<Projections: DisentangledProjections>: Module {
  public var projections: Projections
  public let shape: Shape

  /// Heads, rates, and what the scores are multiplied with.
  public struct Shape: Sendable {
    public var heads: Int
    /// `1 / sqrt(head size · (1 + relative terms))`.
    public var scale: Float
    public var dropout: Float
    /// Of the position vectors, before they are projected.
    public var positionDropout: Float
    public init(heads: Int, scale: Float, dropout: Float, positionDropout: Float) {
      (self.heads, self.scale) = (heads, scale)
      (self.dropout, self.positionDropout) = (dropout, positionDropout)
    }
  }

  public init(_ projections: Projections, _ shape: Shape) { (self.projections, self.shape) = (projections, shape) }

  public mutating func visit(_ visitor: inout ParameterVisitor) { projections.visit(&visitor) }

  /// The values each token attends to, before the output projection: `[tokens, hidden]`.
  ///
  /// Without `positions` the scores have no relative terms.
  public func mixed(
    _ x: Tensor, _ positions: BatchPositions?, _ rows: PackedRows, _ pass: inout some DropoutSites
  ) -> Tensor {
    let (query, key, value) = projections.contents(x)
    let positionSite = pass.dropout(shape.positionDropout), site = pass.dropout(shape.dropout)
    let relative = positions?.projected(
      dropout: positionSite, keys: projections.positionKeys, queries: projections.positionQueries)
    return Tensor.attention(
      query: query, key: key, value: value, relative: relative ?? RelativeVectors(),
      AttentionShape(rows: rows.offsets, heads: shape.heads, scale: shape.scale),
      dropout: site.map { ($0, counters: rows.counters) })
  }
}
