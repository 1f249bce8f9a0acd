import CRefluxKernels
import RefluxTensor

/// Elements a partial sum covers; the partial sums are added up in order.
private let sumGrain = 1 << 16

extension CPUBackend {
  public func reduce(_ op: ReduceOp, _ x: View, axes: [Int], into out: View) {
    guard x.dtype == .float32 && out.dtype == .float32 else {
      return ReferenceBackend.shared.reduce(op, x, axes: axes, into: out)
    }
    let shape = x.layout.shape
    let axes = Set(axes)
    let kept = shape.indices.filter { !axes.contains($0) }
    let reduced = shape.indices.filter { axes.contains($0) }
    let rows = kept.reduce(1) { $0 * shape[$1] }
    let columns = reduced.reduce(1) { $0 * shape[$1] }
    let target = out.layout.isDense ? out : scratch(out.layout.shape)
    timing.measure(.kernel) {
      if x.layout.isDense, let firstKept = kept.first, let lastReduced = reduced.last, firstKept > lastReduced {
        // The leading axes go: columns of a matrix.
        reduceColumns(op, x.floats, rows: columns, columns: rows, into: target.floats)
      } else {
        // The kept axes first, the others last: rows of a matrix, in place if they lie so already.
        let order = kept + reduced
        let view = View(
          x.buffer,
          Layout(
            shape: order.map { shape[$0] }, strides: order.map { x.layout.strides[$0] }, offset: x.layout.offset),
          .float32)
        reduceRows(op, dense(view, .float32), rows: rows, columns: columns, into: target.floats)
      }
      if !out.layout.isDense { copy(target, into: out) }
    }
  }

  private func reduceRows(
    _ op: ReduceOp, _ x: View, rows: Int, columns: Int, into out: UnsafeMutablePointer<Float>
  ) {
    switch op {
    case .sum where rows == 1 && columns > sumGrain:
      out[0] = Float(sumInParts(columns) { kernels.sum(x.floats + $0, $1) })
    case .sum:
      workers.splitRows(rows, columns) { range in
        for row in range { out[row] = Float(kernels.sum(x.floats + row * columns, columns)) }
      }
    case .maximum:
      workers.splitRows(rows, columns) { range in
        for row in range { out[row] = kernels.maximum(x.floats + row * columns, columns) }
      }
    }
  }

  /// Combines the rows of each chunk, then the chunks in order.
  func reduceColumns(
    _ op: ReduceOp, _ x: UnsafePointer<Float>, rows: Int, columns: Int, into out: UnsafeMutablePointer<Float>
  ) {
    let start: Float = op == .sum ? 0 : -.infinity
    let combine = op == .sum ? kernels.add_columns : kernels.maximum_columns
    let grain = max(64, min(1024, sumGrain / max(columns, 1)))
    let chunks = (rows + grain - 1) / grain
    kernels.fill(out, start, columns)
    guard chunks > 1 else { return combine?(x, out, rows, columns) ?? () }
    withTemporary(chunks * columns) { parts in
      workers.split(rows, grain: grain) { range in
        let part = parts + range.lowerBound / grain * columns
        kernels.fill(part, start, columns)
        combine?(x + range.lowerBound * columns, part, range.count, columns)
      }
      combine?(parts, out, chunks, columns)
    }
  }

  /// Adds up `part(first, count)` over fixed parts, in order.
  private func sumInParts(_ count: Int, _ part: (Int, Int) -> Double) -> Double {
    let chunks = (count + sumGrain - 1) / sumGrain
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: max(chunks, 1)) { sums in
      workers.split(count, grain: sumGrain) { range in
        sums[range.lowerBound / sumGrain] = part(range.lowerBound, range.count)
      }
      return (0..<chunks).reduce(0) { $0 + sums[$1] }
    }
  }

  public func sumRows(_ x: View, into out: View) {
    guard x.dtype == .float32 else { return ReferenceBackend.shared.sumRows(x, into: out) }
    requireDenseFloats("sumRows", x, out)
    timing.measure(.kernel) {
      reduceColumns(.sum, x.floats, rows: x.layout.rows, columns: x.layout.columns, into: out.floats)
    }
  }

  public func sumOfSquares(_ x: View) -> Double {
    guard x.dtype == .float32 else { return ReferenceBackend.shared.sumOfSquares(x) }
    return timing.measure(.kernel) {
      let x = dense(x, .float32)
      return sumInParts(x.layout.count) { kernels.sum_of_squares(x.floats + $0, $1) }
    }
  }
}
