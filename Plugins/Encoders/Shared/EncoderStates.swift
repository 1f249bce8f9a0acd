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

  /// Applies a layer: a function of the newest state and of whether the rows' first tokens are enough.
  mutating func apply(isLast: Bool, _ layer: (_ x: Tensor, _ firstTokensOnly: Bool) -> Tensor) {
    isShort = isLast && !keepsAll
    newest = layer(newest, isShort)
    if keepsAll { all.append(newest) }
  }

  /// The newest state of the rows' first tokens.
  var first: Tensor { isShort ? newest : newest.rows(rows.firstTokens) }  // [rows, hidden]
}
