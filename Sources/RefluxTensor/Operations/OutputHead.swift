/// What a language model's head says at each position.
public struct TokenStatistics {
  /// `−log p(target)`; zeros without targets.
  public let losses: Tensor  // [positions]
  /// `−Σ p ln p`, in nats; no history.
  public let entropies: Tensor  // [positions]
  /// The mean distribution of each row's positions, if maps were asked for.
  public let maps: Tensor?  // [rows, vocabulary]
}

extension Tensor {
  /// Losses, entropies and mean distributions of `softmax(hidden · headᵀ)`, a chunk of positions at a time.
  ///
  /// Only a few chunks of `[positions, vocabulary]` exist at any time. When the head is frozen, the gradient of the losses
  /// with respect to the hidden states is linear in a matrix that the forward pass has at hand, so it is made there and
  /// the backward pass costs nothing; where the head learns or maps get gradients, the first chunks are kept and others
  /// made again.
  ///
  /// `head` is `[vocabulary, hiddenSize]`, and a frozen one may have a 16-bit type; `targets` is the id that each position
  /// must predict; `maps` the positions of each row, if mean distributions are wanted. Gradients flow into the maps of
  /// the first `gradientRows` rows only; the others are constants.
  public func tokenStatistics(
    head: Tensor, targets: [Int]?, maps: RowOffsets? = nil, gradientRows: Int = 0
  ) -> TokenStatistics {
    precondition(
      rank == 2 && head.rank == 2 && shape[1] == head.shape[1] && targets?.count ?? shape[0] == shape[0]
        && maps?.tokenCount ?? shape[0] == shape[0],
      "tokenStatistics: hidden states \(shape), head \(head.shape), \(targets?.count ?? 0) targets")
    let height = head.shape[0]
    precondition(targets?.allSatisfy { (0..<height).contains($0) } ?? true, "tokenStatistics: a target is no token")
    let (hidden, head) = head.isTracked || dtype == .float64 ? Tensor.matched("head", self, head) : (computable, head)
    let ids = Tensor(ids: (targets ?? [Int](repeating: 0, count: shape[0])).map(Int32.init), on: backend)
    let step = HeadPass(
      hidden: hidden.detached, head: head.detached, targets: ids, maps: maps,
      matched: maps.map { Int($0.starts[gradientRows]) } ?? 0, isTracked: hidden.isTracked, learns: head.isTracked)
    let out = step.forward()
    let positions = shape[0]
    let all = Tensor.record("tokenStatistics", [hidden, head], out.values) { back in
      if back.createGraph {
        return back.composed([hidden, head]) { Composed.tokenStatistics($0[0], $0[1], ids, maps) }
      }
      let found = step.backward(back.gradient, after: out, wantsHead: back.wants(1), rows: gradientRows)
      back.to(0) { found.hidden }
      if let head = found.head { back.to(1) { head } }
    }
    return TokenStatistics(
      losses: targets == nil ? Tensor(all.view).sliced(0..<positions) * 0 : all.sliced(0..<positions),
      entropies: Tensor(out.entropies),
      maps: maps.map { all.sliced(positions..<all.count).reshaped([$0.rowCount, head.shape[0]]) })
  }
}

extension Composed {
  /// The losses of all positions, then the maps of all rows, as one vector.
  static func tokenStatistics(_ hidden: Tensor, _ head: Tensor, _ targets: Tensor, _ maps: RowOffsets?) -> Tensor {
    let logarithms = hidden.matmul(head.transposed()).logSoftmax()
    let losses = -logarithms.picking(targets.ids.map(Int.init))
    guard let maps, maps.rowCount > 0 else { return losses }
    let means = (0..<maps.rowCount).map { row in
      maps[row].isEmpty
        ? Tensor.zeros([head.shape[0]], hidden.dtype, on: hidden.backend)
        : logarithms.sliced(maps[row]).exp().mean([0])
    }
    return .concatenated([losses] + means)
  }
}
