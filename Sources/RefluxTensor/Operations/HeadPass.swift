/// One pass over the logits of a language model's head, forward or backward, chunk by chunk.
struct HeadPass {
  let hidden: Tensor  // [positions, hiddenSize]
  let head: Tensor  // [vocabulary, hiddenSize]
  let targets: Tensor  // [positions] int32
  /// The positions of each row, if mean distributions are wanted.
  let maps: RowOffsets?
  /// The first so many positions get gradients through maps.
  let matched: Int
  /// Whether there will be a backward pass, and whether it asks for the gradient of the head.
  let isTracked: Bool
  let learns: Bool

  /// Chunks whose probabilities the forward pass keeps, so that the backward pass need not make them again: what a small
  /// batch has, and little beside a large one.
  private static let keptChunks = 2

  /// The first so many positions are gone through again in the backward pass; the others keep a gradient.
  ///
  /// If some are, so are all whose probabilities are kept: a product of more rows costs less for each.
  private var recomputed: Int {
    if learns { return positions }
    return matched == 0 ? 0 : Swift.max(matched, Swift.min(positions, Self.keptChunks * chunkLength))
  }

  private var backend: any Backend { hidden.backend }
  private var positions: Int { hidden.shape[0] }
  private var vocabulary: Int { head.shape[0] }
  private var headTransposed: View { View(head.buffer, head.layout.transposed(0, 1), head.dtype) }

  /// Positions whose logits take 16 MB or less; by the shape alone, so that sums have one order.
  private var chunkLength: Int { Swift.max(16, (1 << 22) / Swift.max(vocabulary, 1)) }

  private func chunks(_ range: Range<Int>) -> [Range<Int>] {
    let length = chunkLength
    return stride(from: range.lowerBound, to: range.upperBound, by: length).map {
      $0..<Swift.min($0 + length, range.upperBound)
    }
  }

  private func scratchRows(_ ranges: [Range<Int>]) -> Tensor {
    Tensor(backend.scratch([ranges.map(\.count).max() ?? 0, vocabulary], hidden.dtype))
  }

  /// The probabilities of a chunk, and its losses and entropies into the places given.
  private func probabilities(_ range: Range<Int>, into room: Tensor, losses: View, entropies: View) -> View {
    let logits = room.sliced(0..<range.count).view
    backend.matmul(hidden.sliced(range).view, headTransposed, into: logits, accumulate: false)
    backend.tokenStatistics(logits, targets: targets.sliced(range).dense, losses: losses, entropies: entropies)
    return logits
  }

  private func probabilitiesAgain(_ range: Range<Int>, into room: Tensor) -> Tensor {
    let unused = (backend.scratch([range.count], hidden.dtype), backend.scratch([range.count], hidden.dtype))
    return Tensor(probabilities(range, into: room, losses: unused.0, entropies: unused.1))
  }

  /// What ``forward()`` gives.
  struct Forward {
    /// The losses of all positions and the maps of all rows.
    let values: View
    let entropies: View
    /// The gradients of the losses of the positions that are not gone through again.
    let direct: Tensor?
    /// The probabilities of the first chunks of those that are.
    let kept: [Tensor]
  }

  func forward() -> Forward {
    let rowCount = maps?.rowCount ?? 0
    let values = Tensor.zeros([positions + rowCount * vocabulary], hidden.dtype, on: backend)
    let entropies = Tensor(backend.scratch([positions], hidden.dtype))
    let direct =
      isTracked && recomputed < positions
      ? Tensor(backend.scratch([positions - recomputed, hidden.shape[1]], hidden.dtype)) : nil
    let again = chunks(0..<recomputed)
    let kept = isTracked ? again.prefix(Self.keptChunks).map { scratchRows([$0]) } : []
    let ranges = again + chunks(recomputed..<positions)
    let room = scratchRows(Array(ranges.dropFirst(kept.count)))
    for (number, range) in ranges.enumerated() {
      let chunk = probabilities(
        range, into: number < kept.count ? kept[number] : room, losses: values.sliced(range).view,
        entropies: entropies.sliced(range).view)
      if let direct, range.lowerBound >= recomputed {
        let place = range.lowerBound - recomputed..<range.upperBound - recomputed
        backend.matmul(chunk, head.view, into: direct.sliced(place).view, accumulate: false)
      }
      addMaps(Tensor(chunk), of: range, to: values)
    }
    if let direct {
      // Minus the head's row of the target: what the one-hot distribution takes away.
      let rows = head.rows(targets.sliced(recomputed..<positions)).computable
      backend.binary(.subtract, direct.view, rows.view, into: direct.view)
    }
    return Forward(values: values.view, entropies: entropies.view, direct: direct, kept: kept)
  }

  /// Adds a chunk's distributions to its rows' means.
  private func addMaps(_ chunk: Tensor, of range: Range<Int>, to values: Tensor) {
    guard let maps else { return }
    for row in 0..<maps.rowCount {
      let shared = maps[row].clamped(to: range)
      guard !shared.isEmpty else { continue }
      let start = positions + row * vocabulary
      let part = chunk.sliced(shared.lowerBound - range.lowerBound..<shared.upperBound - range.lowerBound).rowSum()
      let map = values.sliced(start..<start + vocabulary).view
      backend.binary(.add, map, (part * part.constant(1 / Double(maps[row].count))).view, into: map)
    }
  }

  /// The gradients of the hidden states and, if wanted, of the head, for a gradient of ``forward()``'s vector.
  func backward(
    _ gradient: Tensor, after forward: Forward, wantsHead: Bool, rows: Int
  ) -> (hidden: Tensor, head: Tensor?) {
    let outer = gradient.sliced(0..<positions)  // of the losses
    let result = Tensor(backend.scratch(hidden.shape, hidden.dtype))
    let headGradient = wantsHead ? Tensor.zeros(head.shape, hidden.dtype, on: backend) : nil
    if let direct = forward.direct {
      let place = recomputed..<positions
      backend.binary(
        .multiply, direct.view, column(outer.sliced(place), width: hidden.shape[1]), into: result.sliced(place).view)
    }
    let ranges = chunks(0..<recomputed)
    let room = scratchRows(ranges)
    // The gradient of a chunk with maps is not made in place.
    let other = maps == nil ? room : scratchRows(Array(ranges.dropFirst(forward.kept.count)))
    for (number, range) in ranges.enumerated() {
      let made = number < forward.kept.count ? forward.kept[number] : probabilitiesAgain(range, into: other)
      let chunk = room.sliced(0..<range.count)
      weigh(made, of: range, gradient, rows: rows, into: chunk)
      backend.matmul(chunk.view, head.view, into: result.sliced(range).view, accumulate: false)
      if let headGradient {
        backend.matmul(chunk.transposed().view, hidden.sliced(range).view, into: headGradient.view, accumulate: true)
      }
    }
    if recomputed > 0 {
      let again = 0..<recomputed
      let (ids, weights) = (targets.sliced(again), column(outer.sliced(again), width: hidden.shape[1]))
      let rows = head.rows(ids).computable * Tensor(weights)
      backend.binary(.subtract, result.sliced(again).view, rows.view, into: result.sliced(again).view)
      if let headGradient {
        backend.scatterAddRows((-(hidden.sliced(again) * Tensor(weights))).dense, ids.dense, into: headGradient.view)
      }
    }
    return (result, headGradient)
  }

  /// The gradient of a chunk's logits, but for the targets' share: `p ⊙ (g − p · c + c)`, where `g` is the gradient of the
  /// position's loss and `c` that of the mean of its row, or 0.
  private func weigh(_ made: Tensor, of range: Range<Int>, _ gradient: Tensor, rows: Int, into chunk: Tensor) {
    var rest = range
    for row in 0..<(maps == nil ? 0 : rows) {
      guard let all = maps?[row], case let shared = all.clamped(to: range), !shared.isEmpty else { continue }
      let part = shared.lowerBound - range.lowerBound..<shared.upperBound - range.lowerBound
      let (p, target) = (made.sliced(part), chunk.sliced(part).view)
      let start = positions + row * vocabulary
      let map = gradient.sliced(start..<start + vocabulary) * gradient.constant(1 / Double(all.count))
      let scale = gradient.sliced(shared) - p.matmul(map.reshaped([vocabulary, 1])).reshaped([part.count])
      backend.binary(
        .add, map.broadcast(to: [part.count, vocabulary]).view, column(scale, width: vocabulary), into: target)
      backend.binary(.multiply, target, p.view, into: target)
      rest = shared.upperBound..<range.upperBound
    }
    guard !rest.isEmpty else { return }
    let part = rest.lowerBound - range.lowerBound..<range.count
    backend.binary(
      .multiply, made.sliced(part).view, column(gradient.sliced(rest), width: vocabulary),
      into: chunk.sliced(part).view)
  }

  private func column(_ values: Tensor, width: Int) -> View {
    values.reshaped([values.count, 1]).broadcast(to: [values.count, width]).view
  }
}
