import RefluxCore

/// What a block of tokens has become, layer by layer.
///
/// Keeps every state if hidden states are wanted. If not, the last layer computes only the rows' first tokens, which is
/// all that a pooler reads.
struct EncoderStates {
  private let rows: PackedRows
  private let keepsAll: Bool
  private var isShort = false
  /// The newest state: `[tokens, hidden]`, or `[rows, hidden]` after a last layer for first tokens only.
  private(set) var newest: Tensor
  /// The embeddings and the result of each layer; empty unless wanted.
  private(set) var all: [Tensor]  // [tokens, hidden]

  init(_ embedded: Tensor, _ rows: PackedRows, _ wants: ForwardPass.Wants) {
    (newest, self.rows, keepsAll) = (embedded, rows, wants.contains(.hiddenStates))
    all = keepsAll ? [embedded] : []
  }

  /// Applies a layer for each index: a function of the index, the newest state, and whether the rows' first tokens are
  /// enough.
  mutating func apply(
    _ indices: some Collection<Int>, _ layer: (_ index: Int, _ x: Tensor, _ readTokensOnly: Bool) -> Tensor
  ) {
    for (place, index) in indices.enumerated() {
      isShort = place == indices.count - 1 && !keepsAll
      newest = layer(index, newest, isShort)
      if keepsAll { all.append(newest) }
    }
  }

  /// What a pooler and a head make of the rows' first tokens.
  func output(_ pooler: Pooler, _ classifier: ClassificationHead, _ pass: inout some DropoutSites) -> ModelOutput {
    let pooled = pooler(first, rows, &pass)  // [rows, hidden]
    return ModelOutput(logits: classifier(pooled, rows, &pass), hiddenStates: all, pooled: pooled)
  }

  /// The newest state of the rows' first tokens.
  var first: Tensor { isShort ? newest : newest.rows(rows.readTokens) }  // [rows, hidden]
}
