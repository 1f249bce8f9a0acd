import COpenBLAS
import RefluxTensor

/// Multiplications of small batched products that one chunk does.
private let batchGrain = 1 << 20

extension CPUBackend {
  public func matmul(_ a: View, _ b: View, into out: View, accumulate: Bool) {
    switch out.dtype {
    case .float32: multiply(a, b, into: out, accumulate, Float.self)
    case .float64: multiply(a, b, into: out, accumulate, Double.self)
    default: preconditionFailure("matmul: the result is float32 or float64, not \(out.dtype)")
    }
  }

  private func multiply<Element: BLASElement>(
    _ a: View, _ b: View, into out: View, _ accumulate: Bool, _: Element.Type
  ) {
    let rank = out.layout.shape.count
    let (m, n) = (out.layout.shape[rank - 2], out.layout.shape[rank - 1])
    let k = a.layout.shape[rank - 1]
    if out.layout.count == 0 { return }
    if k == 0 { return accumulate ? () : fill(out, with: 0) }
    guard order(out) != nil else {
      // BLAS cannot write this layout.
      let target = scratch(out.layout.shape, out.dtype)
      if accumulate { copy(out, into: target) }
      multiply(a, b, into: target, accumulate, Element.self)
      return copy(target, into: out)
    }
    if multiplyFewRows(a, b, into: out, accumulate) || multiplyStored(a, b, into: out, accumulate) { return }
    let (a, b) = (readable(a, out.dtype), readable(b, out.dtype))
    if let (flatA, flatOut) = flattened(a, b, out) {
      return multiply(flatA, matrix(b), into: flatOut, accumulate, Element.self)
    }
    let batches =
      rank == 2
      ? Runs(single: [a.layout.offset, b.layout.offset, out.layout.offset])
      : Runs([a, b, out].map { batchLayout($0.layout) })
    timing.measure(.product) {
      let count = batches.count * batches.length
      let pieces = ProductPieces(m, n, k)
      let product = OneProduct<Element>(m: m, n: n, k: k, a: a, b: b, out: out, accumulates: accumulate)
      func run(_ batch: Int, _ piece: Int) {
        let (run, first) = batch.quotientAndRemainder(dividingBy: batches.length)
        product.run(
          (0..<3).map { batches.start(run, $0) + first * batches.steps[$0] }, pieces, piece, order)
      }
      if pieces.count > 1 {
        workers.run(chunks: count * pieces.count) { chunk, _ in run(chunk / pieces.count, chunk % pieces.count) }
      } else {
        workers.split(count, grain: batchGrain / max(m * n * k, 1)) { range in
          for batch in range { run(batch, 0) }
        }
      }
    }
  }

  /// The layout of the leading axes.
  private func batchLayout(_ layout: Layout) -> Layout {
    Layout(
      shape: Array(layout.shape.dropLast(2)), strides: Array(layout.strides.dropLast(2)), offset: layout.offset)
  }

  /// The last two axes of a view whose leading axes have length 1 or are repeated.
  private func matrix(_ view: View) -> View {
    View(
      view.buffer,
      Layout(
        shape: Array(view.layout.shape.suffix(2)), strides: Array(view.layout.strides.suffix(2)),
        offset: view.layout.offset), view.dtype)
  }

  /// `a` and `out` as one tall matrix each, if every batch multiplies by the same `b`.
  private func flattened(_ a: View, _ b: View, _ out: View) -> (View, View)? {
    let rank = out.layout.shape.count
    guard rank > 2 else { return nil }
    let lead = 0..<(rank - 2)
    guard lead.allSatisfy({ b.layout.strides[$0] == 0 || b.layout.shape[$0] == 1 }) else { return nil }
    func tall(_ view: View) -> View? {
      let layout = view.layout
      var expected = layout.strides[rank - 2] * layout.shape[rank - 2]
      for axis in lead.reversed() where layout.shape[axis] != 1 {
        guard layout.strides[axis] == expected else { return nil }
        expected *= layout.shape[axis]
      }
      let rows = layout.shape.dropLast().reduce(1, *)
      return View(
        view.buffer,
        Layout(
          shape: [rows, layout.shape[rank - 1]], strides: Array(layout.strides.suffix(2)), offset: layout.offset),
        view.dtype)
    }
    guard let a = tall(a), let out = tall(out) else { return nil }
    return (a, out)
  }

  /// The view itself if BLAS can read it as it lies, else a dense copy.
  private func readable(_ view: View, _ dtype: DType) -> View {
    if view.dtype == dtype && order(view) != nil { return view }
    let result = scratch(view.layout.shape, dtype)
    copy(view, into: result)
    return result
  }

  /// How BLAS reads the last two axes; `nil` if it cannot.
  func order(_ view: View) -> (isTransposed: Bool, leadingDimension: Int)? {
    let rank = view.layout.shape.count
    let (rows, columns) = (view.layout.shape[rank - 2], view.layout.shape[rank - 1])
    let (rowStep, columnStep) = (view.layout.strides[rank - 2], view.layout.strides[rank - 1])
    // The step along an axis of length 1 is never taken.
    if (columnStep == 1 || columns == 1) && (rowStep >= columns || rows == 1) {
      return (false, rows == 1 ? max(columns, 1) : rowStep)
    }
    if (rowStep == 1 || rows == 1) && (columnStep >= rows || columns == 1) {
      return (true, columns == 1 ? max(rows, 1) : columnStep)
    }
    return nil
  }
}

/// One of the products of a batch.
private struct OneProduct<Element: BLASElement> {
  let m, n, k: Int
  let a, b, out: View
  let accumulates: Bool

  /// Multiplies piece number `piece` of the product whose operands begin at `starts`.
  func run(
    _ starts: [Int], _ pieces: ProductPieces, _ piece: Int,
    _ order: (View) -> (isTransposed: Bool, leadingDimension: Int)?
  ) {
    func operand(_ view: View, _ start: Int) -> BLASMatrix<Element>? {
      order(view).map {
        BLASMatrix(
          address: UnsafePointer(view.buffer.address.assumingMemoryBound(to: Element.self) + start),
          leadingDimension: $0.leadingDimension, isTransposed: $0.isTransposed)
      }
    }
    guard var left = operand(a, starts[0]), var right = operand(b, starts[1]), let target = order(out) else { return }
    let range = pieces[piece]
    var (m, n) = (m, n)
    var result = out.buffer.address.assumingMemoryBound(to: Element.self) + starts[2]
    let (rowStep, columnStep) = target.isTransposed ? (1, target.leadingDimension) : (target.leadingDimension, 1)
    if pieces.alongRows {
      left = left.from(row: range.lowerBound)
      result += range.lowerBound * rowStep
      m = range.count
    } else {
      right = right.from(column: range.lowerBound)
      result += range.lowerBound * columnStep
      n = range.count
    }
    let beta: Element = accumulates ? 1 : 0
    if target.isTransposed {
      // The transpose of the result is row-major: (a b)' = b' a'.
      Element.multiply(n, m, k, right.transposed, left.transposed, beta: beta, result, target.leadingDimension)
    } else {
      Element.multiply(m, n, k, left, right, beta: beta, result, target.leadingDimension)
    }
  }
}
