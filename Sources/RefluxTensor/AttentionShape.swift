/// How attention reads a packed batch.
public struct AttentionShape: Sendable {
  public var rows: RowOffsets
  public var heads: Int
  /// Fewer than `heads` when several query heads share a key head (grouped-query attention).
  public var keyValueHeads: Int
  /// Multiplies the scores, usually `1 / sqrt(head size)`.
  public var scale: Float
  /// A token sees only itself and the ones before it.
  public var isCausal: Bool
  /// Where the keys of each row lie, if there are more than the row's tokens.
  ///
  /// The row's queries are then the last of them: text that is generated token by token. There is no gradient.
  public var keys: [Range<Int>]?
  public init(rows: RowOffsets, heads: Int, keyValueHeads: Int? = nil, scale: Float, isCausal: Bool = false) {
    (self.rows, self.heads, self.keyValueHeads) = (rows, heads, keyValueHeads ?? heads)
    (self.scale, self.isCausal) = (scale, isCausal)
  }
}

/// Vectors of relative positions that add to attention's scores (He et al., 2021, DeBERTa, equation 4).
///
/// Both tables are `[2 · reach - 1, heads · size]`: one row for every offset of a key from its query, `-(reach - 1)`
/// first. No row of the batch is longer than `reach`. The score of query `i` and key `j` of a head becomes
/// `scale · (qᵢ · kⱼ + qᵢ · keys[j - i] + kⱼ · queries[j - i])`.
public struct RelativeVectors<Values> {
  /// What queries are multiplied with (content to position); absent: no such term.
  public var keys: Values?
  /// What keys are multiplied with (position to content); absent: no such term.
  public var queries: Values?
  public init(keys: Values? = nil, queries: Values? = nil) { (self.keys, self.queries) = (keys, queries) }

  public func map<Other>(_ body: (Values) -> Other) -> RelativeVectors<Other> {
    RelativeVectors<Other>(keys: keys.map(body), queries: queries.map(body))
  }
}
