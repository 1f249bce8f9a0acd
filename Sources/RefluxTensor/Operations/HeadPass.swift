/// One pass over the logits of a language model's head, forward or backward, chunk by chunk.
struct HeadPass {
  let hidden: Tensor  // [positions, hiddenSize]
  let head: Tensor  // [vocabulary, hiddenSize]
  let targets: Tensor  // [positions] int32
  let maps: RowOffsets?
  /// The first so many positions are gone through again in the backward pass; the others keep a gradient.
  let recomputed: Int
  let isTracked: Bool

  private var backend: any Backend { hidden.backend }
  private var positions: Int { hidden.shape[0] }
  private var vocabulary: Int { head.shape[0] }
  private var headTransposed: View { View(head.buffer, head.layout.transposed(0, 1), head.dtype) }

  /// Neighbouring positions whose logits take 16 MB or less; by the shape alone, so that sums have one order.
  private func chunks(_ range: Range<Int>) -> [Range<Int>] {
    let size = Swift.max(16, (1 << 22) / Swift.max(vocabulary, 1))
    return stride(from: range.lowerBound, to: range.upperBound, by: size).map {
      $0..<Swift.min($0 + size, range.upperBound)
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

  /// The losses of all positions and the maps of all rows as one vector, the entropies, and the gradients of the losses
  /// of the positions that are not gone through again.
  func forward() -> (values: View, entropies: View, direct: Tensor?) {
    let rowCount = maps?.rowCount ?? 0
    let values = Tensor.zeros([positions + rowCount * vocabulary], hidden.dtype, on: backend)
    let entropies = Tensor(backend.scratch([positions], hidden.dtype))
    let direct =
      isTracked && recomputed < positions
      ? Tensor(backend.scratch([positions - recomputed, hidden.shape[1]], hidden.dtype)) : nil
    let ranges = chunks(0..<recomputed) + chunks(recomputed..<positions)
    let room = scratchRows(ranges)
    for range in ranges {
      let chunk = probabilities(
        range, into: room, losses: values.sliced(range).view, entropies: entropies.sliced(range).view)
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
    return (values.view, entropies.view, direct)
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
  func backward(_ gradient: Tensor, direct: Tensor?, wantsHead: Bool, rows: Int) -> (hidden: Tensor, head: Tensor?) {
    let outer = gradient.sliced(0..<positions)  // of the losses
    let result = Tensor(backend.scratch(hidden.shape, hidden.dtype))
    let headGradient = wantsHead ? Tensor.zeros(head.shape, hidden.dtype, on: backend) : nil
    if let direct {
      let kept = recomputed..<positions
      backend.binary(
        .multiply, direct.view, column(outer.sliced(kept), width: hidden.shape[1]), into: result.sliced(kept).view)
    }
    let ranges = chunks(0..<recomputed)
    let (room, other) = (scratchRows(ranges), maps == nil ? nil : scratchRows(ranges))
    for range in ranges {
      let (losses, entropies) = (
        backend.scratch([range.count], hidden.dtype), backend.scratch([range.count], hidden.dtype)
      )
      let chunk = Tensor(probabilities(range, into: room, losses: losses, entropies: entropies))
      let factors = mapGradient(chunk, of: range, gradient, rows: rows, into: other?.sliced(0..<range.count))
      let scale = outer.sliced(range) - factors
      backend.binary(.multiply, chunk.view, column(scale, width: vocabulary), into: chunk.view)
      if let other { backend.binary(.add, chunk.view, other.sliced(0..<range.count).view, into: chunk.view) }
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

  /// `p ⊙ c` into `place`, with `c` the gradient of the mean of the position's row; returns each position's `p · c`.
  private func mapGradient(
    _ chunk: Tensor, of range: Range<Int>, _ gradient: Tensor, rows: Int, into place: Tensor?
  ) -> Tensor {
    guard let maps, let place else { return .zeros([range.count], hidden.dtype, on: backend) }
    backend.fill(place.view, with: 0)
    for row in 0..<rows {
      let shared = maps[row].clamped(to: range)
      guard !shared.isEmpty else { continue }
      let part = shared.lowerBound - range.lowerBound..<shared.upperBound - range.lowerBound
      let start = positions + row * vocabulary
      let map = gradient.sliced(start..<start + vocabulary) * gradient.constant(1 / Double(maps[row].count))
      backend.binary(
        .multiply, chunk.sliced(part).view, map.broadcast(to: [part.count, vocabulary]).view,
        into: place.sliced(part).view)
    }
    return place.sum([1])
  }

  private func column(_ values: Tensor, width: Int) -> View {
    values.reshaped([values.count, 1]).broadcast(to: [values.count, width]).view
  }
}
