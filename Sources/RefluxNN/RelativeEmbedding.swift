import RefluxTensor

/// The vectors of relative positions that all layers share (He et al., 2021), normalised first if the model says so.
public struct RelativeEmbedding: Module {
  public var table: Embedding  // [2 · span, width]
  public var norm: LayerNorm?
  public let positions: RelativePositions

  /// `norm` is the epsilon of a LayerNorm over the vectors; `nil`: they are taken as they are.
  public init(
    _ scope: ParameterScope, _ positions: RelativePositions, width: Int, norm: Float?, deviation: Float
  ) throws {
    self.positions = positions
    table = try Embedding(scope["rel_embeddings"], ids: 2 * positions.span, width: width, deviation: deviation)
    self.norm = try norm.map { try LayerNorm(scope["LayerNorm"], width: width, epsilon: $0) }
  }

  public mutating func visit(_ visitor: inout ParameterVisitor) {
    visitor.visit("rel_embeddings", &table)
    visitor.visit("LayerNorm", &norm)
  }

  /// The vectors that occur in a batch, and which of them every offset of a key from its query has.
  public func callAsFunction(_ rows: PackedRows) -> BatchPositions {
    let reach = max(rows.offsets.longest, 1)
    let used = positions.index(1 - reach)...positions.index(reach - 1)
    let vectors = table.weight.sliced(used.lowerBound..<used.upperBound + 1)  // [used, width]
    let backend = table.weight.backend
    return BatchPositions(
      vectors: norm.map { $0(vectors) } ?? vectors, counters: Tensor(ids: used.map { Int32($0) }, on: backend),
      ofOffsets: Tensor(
        ids: (1 - reach..<reach).map { Int32(positions.index(-$0) - used.lowerBound) }, on: backend))
  }
}

/// The relative positions of a packed batch: made once per pass and used by every layer.
public struct BatchPositions {
  let vectors: Tensor  // [used, width]
  /// Numbers for ``Dropout``: the same vector has the same one in every batch of a step.
  let counters: Tensor  // [used] int32
  /// The vector of every offset of a key from its query, the most negative first.
  let ofOffsets: Tensor  // [2 · reach - 1] int32

  /// What attention adds for relative positions: the projected vectors, one row for each offset.
  ///
  /// The projections see each vector once, and only those that occur.
  public func projected(
    dropout: Dropout?, keys: ((Tensor) -> Tensor)?, queries: ((Tensor) -> Tensor)?
  ) -> RelativeVectors<Tensor> {
    let dropped = vectors.dropout(dropout, counters: counters)
    return RelativeVectors(keys: keys, queries: queries).map { $0(dropped).rows(ofOffsets) }  // [2 · reach - 1, width]
  }
}
